package dev.pennyworth.connectors;

import java.net.URI;
import java.util.List;
import java.util.Map;

/// How bots are connected to one platform. Talks to the platform: never to be called in a
/// transaction.
public interface PlatformConnector {
  /// Such as `telegram`.
  String platform();

  /// Checks the bot's credentials with the platform and registers what it can.
  ///
  /// @param webhookUrl where the platform is to send messages
  /// @throws PlatformRefused if a credential is missing or the platform does not take it
  Activation activate(WebhookBot bot, URI webhookUrl) throws PlatformRefused;

  /// Takes back what activating registered.
  void pause(WebhookBot bot, URI webhookUrl) throws PlatformRefused;

  /// Takes back what activating registered for an account of the platform that the bot has left for
  /// another one; does nothing if both are the same, or there is nothing to take back.
  ///
  /// @param after what it was activated with since
  default void leave(WebhookBot before, WebhookBot after, URI webhookUrl) throws PlatformRefused {}

  /// What is wrong with the bot's connection now, in a person's words; empty if nothing is.
  List<String> problems(WebhookBot bot, URI webhookUrl);

  /// What activating did, and what is left.
  ///
  /// @param done for the owner to read
  /// @param toDo what he has to do by hand, in order
  /// @param values what he has to paste, by the name that the platform gives to it
  record Activation(List<String> done, List<String> toDo, Map<String, String> values) {
    public Activation {
      done = List.copyOf(done);
      toDo = List.copyOf(toDo);
      values = Map.copyOf(values);
    }
  }

  /// The platform does not take the bot. The message is for the owner, and names the field.
  final class PlatformRefused extends Exception {
    private static final long serialVersionUID = 1;

    private final String field;

    /// @param field that is missing or wrong, as the API names it
    public PlatformRefused(String field, String message) {
      super(message);
      this.field = field;
    }

    public String field() {
      return field;
    }
  }
}
