package dev.pennyworth.botsapi.events;

import java.util.List;

/// An e-mail in plain text.
///
/// @param id the same in every attempt, so that a mailbox can tell repeats
/// @param recipients addresses
record Mail(String id, List<String> recipients, String subject, String text) {
  Mail {
    recipients = List.copyOf(recipients);
  }
}
