package dev.pennyworth.botsapi.events;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where there is no mail server, e-mails go to the log: one line each, for the operator to read.
final class LogMailer implements Mailer {
  private static final Logger LOG = LoggerFactory.getLogger(LogMailer.class);

  @Override
  public DeliveryOutcome send(Mail mail) {
    LOG.info(
        "E-mail to {} (in the log only, as PENNYWORTH_SMTP_URL is not set): {} | {}",
        String.join(", ", mail.recipients()),
        mail.subject(),
        mail.text().replaceAll("\\s+", " ").strip());
    return new DeliveryOutcome.Delivered(Optional.empty());
  }
}
