package dev.pennyworth.connectors.whatsapp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.PlatformConnector;
import dev.pennyworth.connectors.WebhookBot;
import dev.pennyworth.connectors.whatsapp.WhatsAppFailure.Kind;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Connects bots to WhatsApp: checks the credentials, subscribes the app to the business account,
/// and says what is to be pasted into Meta's app dashboard.
public final class WhatsAppConnector implements PlatformConnector {
  private static final String CONFIG = "platform_config.";
  private static final String ACCOUNT = "business_account_id";
  private static final String OF_NUMBER = "display_phone_number,verified_name";
  private static final String OF_HEALTH = "quality_rating,health_status";
  private static final Pattern VERIFY_TOKEN = Pattern.compile("\\S{1,256}");
  private static final int PROBLEMS_MAX = 10;

  /// What each field is, for owners who left it out.
  private static final Map<String, String> FIELDS =
      Map.of(
          "phone_number_id",
          "the Phone number ID that WhatsApp > API Setup shows in Meta's app dashboard (not the"
              + " number itself)",
          "access_token",
          "an access token of a system user, with the permissions whatsapp_business_messaging and"
              + " whatsapp_business_management",
          "app_secret",
          "the App secret that App settings > Basic shows in Meta's app dashboard",
          "verify_token",
          "a text of your own without blanks, which you paste into Meta's app dashboard, too");

  private final WhatsAppApi api;
  private final boolean isElsewhere;

  /// @param isElsewhere whether the API is not Meta's own, and reaches other addresses
  public WhatsAppConnector(WhatsAppApi api, boolean isElsewhere) {
    this.api = api;
    this.isElsewhere = isElsewhere;
  }

  @Override
  public String platform() {
    return "whatsapp";
  }

  @Override
  public Activation activate(WebhookBot bot, URI webhookUrl) throws PlatformRefused {
    var access = access(bot);
    var verifyToken = required(bot, "verify_token", VERIFY_TOKEN);
    requireReachable(webhookUrl);
    var done = new ArrayList<String>();
    var toDo = new ArrayList<String>();
    var number = number(access);
    var shown = number.path("display_phone_number").asText("");
    done.add(
        "WhatsApp knows the token and the number: %s (%s)."
            .formatted(shown, number.path("verified_name").asText("without a verified name")));
    toDo.add(
        "In Meta's app dashboard, WhatsApp > Configuration > Webhook: paste callback_url and"
            + " verify_token, and press Verify and save. This server answers Meta's question by"
            + " itself.");
    toDo.add("There, under Webhook fields, subscribe to the field messages.");
    var account = bot.config(ACCOUNT);
    if (account.isPresent()) {
      subscribe(access, account.get().reveal());
      done.add("The app gets the messages of the WhatsApp Business Account from now on.");
    } else {
      toDo.add(
          "Subscribe the app to the WhatsApp Business Account, if messages do not come in: set"
              + " platform_config.business_account_id, and activate the bot again.");
    }
    return new Activation(done, toDo, values(webhookUrl, verifyToken, shown));
  }

  private static Map<String, String> values(URI webhookUrl, String verifyToken, String number) {
    var values = new LinkedHashMap<String, String>();
    values.put("callback_url", webhookUrl.toString());
    values.put("verify_token", verifyToken);
    values.put("webhook_field", "messages");
    var digits = number.replaceAll("[^0-9]", "");
    if (!digits.isEmpty()) {
      values.put("chat_url", "https://wa.me/" + digits);
    }
    return values;
  }

  private static WhatsAppAccess access(WebhookBot bot) throws PlatformRefused {
    return new WhatsAppAccess(
        required(bot, "phone_number_id", WhatsAppAccess.ID),
        new SecretText(required(bot, "access_token", WhatsAppAccess.TOKEN)),
        new SecretText(required(bot, "app_secret", WhatsAppAccess.TOKEN)));
  }

  private static String required(WebhookBot bot, String field, Pattern shape)
      throws PlatformRefused {
    return bot.config(field)
        .map(SecretText::reveal)
        .filter(shape.asMatchPredicate())
        .orElseThrow(() ->
            new PlatformRefused(
                CONFIG + field,
                "A WhatsApp bot needs %s, in platform_config.%s."
                    .formatted(FIELDS.get(field), field)));
  }

  private void requireReachable(URI webhookUrl) throws PlatformRefused {
    var host = String.valueOf(webhookUrl.getHost());
    boolean isHere = host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
    if (!isElsewhere && (isHere || !"https".equals(webhookUrl.getScheme()))) {
      throw new PlatformRefused(
          "webhook_url",
          "WhatsApp cannot reach %s: it sends messages to https addresses on the internet only."
                  .formatted(webhookUrl)
              + " Start the server with PENNYWORTH_PUBLIC_URL=https://… set to where it is reached"
              + " from outside.");
    }
  }

  private JsonNode number(WhatsAppAccess access) throws PlatformRefused {
    try {
      return api.read(access, access.phoneNumberId(), OF_NUMBER);
    } catch (WhatsAppFailure failure) {
      throw refusal(
          failure,
          "phone_number_id",
          "WhatsApp knows no such number, or the token may not use it: set the Phone number ID that"
              + " WhatsApp > API Setup shows, not the number itself.");
    }
  }

  private void subscribe(WhatsAppAccess access, String account) throws PlatformRefused {
    var unknown =
        "WhatsApp knows no such business account, or the token may not change it: set the WhatsApp"
            + " Business Account ID that WhatsApp > API Setup shows.";
    if (!WhatsAppAccess.ID.matcher(account).matches()) {
      throw new PlatformRefused(CONFIG + ACCOUNT, unknown);
    }
    try {
      api.post(access, account + "/subscribed_apps", Map.of());
    } catch (WhatsAppFailure failure) {
      throw refusal(failure, ACCOUNT, unknown);
    }
  }

  private static PlatformRefused refusal(WhatsAppFailure failure, String field, String unknown) {
    if (failure.kind() != Kind.REFUSED) {
      throw new HttpFailure(
          503,
          "platform_unavailable",
          "WhatsApp cannot be asked now, and nothing was changed. Try again in a minute.");
    }
    if (failure.isOfToken()) {
      return new PlatformRefused(CONFIG + "access_token", WhatsAppErrors.TOKEN_REFUSED);
    }
    return failure.isOfAppSecret()
        ? new PlatformRefused(CONFIG + "app_secret", WhatsAppErrors.APP_SECRET_REFUSED)
        : new PlatformRefused(CONFIG + field, unknown);
  }

  /// Takes nothing back: the app's address and its subscription may serve other numbers.
  @Override
  public void pause(WebhookBot bot, URI webhookUrl) throws PlatformRefused {
    throw new PlatformRefused(
        "webhook_url",
        "WhatsApp tries each for up to seven days. To stop that, take %s out of Meta's app dashboard,"
                .formatted(webhookUrl)
            + " WhatsApp > Configuration. What is not older than a day is answered if the bot is"
            + " activated again.");
  }

  @Override
  public List<String> problems(WebhookBot bot, URI webhookUrl) {
    try {
      var access = access(bot);
      required(bot, "verify_token", VERIFY_TOKEN);
      var problems = new ArrayList<>(problems(api.read(access, access.phoneNumberId(), OF_HEALTH)));
      var account = bot.config(ACCOUNT).map(SecretText::reveal);
      if (account.isPresent() && !isSubscribed(access, account.get())) {
        problems.add(
            "No app gets the messages of the WhatsApp Business Account. Activate the bot again.");
      }
      return List.copyOf(problems);
    } catch (PlatformRefused refused) {
      return List.of(String.valueOf(refused.getMessage()));
    } catch (WhatsAppFailure failure) {
      return List.of(failure.sentence());
    }
  }

  private boolean isSubscribed(WhatsAppAccess access, String account) throws WhatsAppFailure {
    var apps = api.read(access, account + "/subscribed_apps", "whatsapp_business_api_data");
    return !apps.path("data").isEmpty();
  }

  /// What Meta itself says of the number, its account and its app.
  private static List<String> problems(JsonNode number) {
    var problems = new ArrayList<String>();
    if (number.path("quality_rating").asText("").equals("RED")) {
      problems.add(
          "End users block or report the number often: Meta may limit it. See WhatsApp Manager.");
    }
    for (var entity : number.path("health_status").path("entities")) {
      for (var error : entity.path("errors")) {
        problems.add(
            "%s %s"
                .formatted(
                    error.path("error_description").asText(""),
                    error.path("possible_solution").asText(""))
                .strip());
      }
    }
    return problems.stream().filter(said -> !said.isEmpty()).limit(PROBLEMS_MAX).toList();
  }
}
