package dev.pennyworth.agentloop.model;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.billing.BillingMode;
import dev.pennyworth.billing.Hold;
import java.util.Optional;
import java.util.regex.Pattern;

/// The keys that calls go out with: the owner's own, or the operator's pooled one, which pays for
/// no bot that is to bring its own.
final class ModelKeys {
  private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,4096}");

  private ModelKeys() {}

  static Optional<SecretText> own(ModelRequest request) {
    return request.apiKey().filter(key -> !key.reveal().isBlank());
  }

  /// The owner's own key, or else the pooled one.
  ///
  /// @param variables what the operator's variables begin with, such as `OPENAI`
  static SecretText ownOrPooled(
      String provider, String variables, ModelRequest request, Optional<SecretText> pooled)
      throws ModelUnavailable {
    var key = own(request).or(() -> pooled);
    if (key.isEmpty()) {
      throw new ModelUnavailable(
          "There is no key for the provider %s. Set the bot's llm_api_key, or ask the operator to set %s_API_KEY."
              .formatted(provider, variables));
    }
    return usable(key.get());
  }

  /// A key as it can be sent in a header.
  static SecretText usable(SecretText key) throws ModelUnavailable {
    var stripped = new SecretText(key.reveal().strip());
    if (!KEY.matcher(stripped.reveal()).matches()) {
      throw new ModelUnavailable(
          "The key holds a character that no key has. Set the bot's llm_api_key again.");
    }
    return stripped;
  }

  /// Whether the call would go out at the operator's expense although nothing is charged for it.
  static boolean isAtTheOperatorsExpense(Hold hold, ModelRequest request) {
    return isAtTheOperatorsExpense(hold.mode(), request);
  }

  static boolean isAtTheOperatorsExpense(BillingMode mode, ModelRequest request) {
    return mode == BillingMode.BYOK && own(request).isEmpty();
  }

  static ModelReply.Failed notCalled(String provider) {
    return new ModelReply.Failed(
        ModelReply.Fault.REFUSED, provider + " was not called: a byok bot without llm_api_key");
  }
}
