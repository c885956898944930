package dev.pennyworth.botsapi.events;

/// Sends e-mails.
interface Mailer {
  /// Sends one, and blocks until a mail server has it.
  DeliveryOutcome send(Mail mail);
}
