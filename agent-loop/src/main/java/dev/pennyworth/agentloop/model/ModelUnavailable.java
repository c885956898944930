package dev.pennyworth.agentloop.model;

/// A model that cannot be called as the bot is set up. The message is written for the bot's owner.
public final class ModelUnavailable extends Exception {
  private static final long serialVersionUID = 1;

  public ModelUnavailable(String message) {
    super(message);
  }
}
