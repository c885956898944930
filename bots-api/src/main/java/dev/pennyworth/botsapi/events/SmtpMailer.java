package dev.pennyworth.botsapi.events;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.botsapi.events.DeliveryOutcome.Delivered;
import dev.pennyworth.botsapi.events.DeliveryOutcome.Refused;
import jakarta.mail.Address;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Date;
import java.util.Optional;
import java.util.Properties;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.util.MailConnectException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends e-mails through the operator's mail server, with a connection for each.
final class SmtpMailer implements Mailer {
  private static final Logger LOG = LoggerFactory.getLogger(SmtpMailer.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int REFUSED_FOR_GOOD = 500;

  private final SmtpServer server;
  private final InstantSource clock;
  private final Session session;

  SmtpMailer(SmtpServer server, InstantSource clock) {
    this.server = server;
    this.clock = clock;
    this.session = Session.getInstance(properties(server));
  }

  private static Properties properties(SmtpServer server) {
    var properties = new Properties();
    var prefix = "mail." + protocol(server) + ".";
    var timeoutMillis = Long.toString(TIMEOUT.toMillis());
    properties.setProperty(prefix + "connectiontimeout", timeoutMillis);
    properties.setProperty(prefix + "timeout", timeoutMillis);
    properties.setProperty(prefix + "writetimeout", timeoutMillis);
    properties.setProperty(prefix + "auth", Boolean.toString(server.user().isPresent()));
    properties.setProperty(prefix + "starttls.enable", "true");
    properties.setProperty(prefix + "ssl.checkserveridentity", "true");
    properties.setProperty(prefix + "sendpartial", "true");
    return properties;
  }

  private static String protocol(SmtpServer server) {
    return server.isTlsFromTheStart() ? "smtps" : "smtp";
  }

  @Override
  public DeliveryOutcome send(Mail mail) {
    try {
      var message = message(mail);
      try (var transport = session.getTransport(protocol(server))) {
        transport.connect(
            server.host(),
            server.port(),
            server.user().orElse(null),
            server.password().map(SecretText::reveal).orElse(null));
        transport.sendMessage(message, message.getAllRecipients());
      }
      return new Delivered(Optional.empty());
    } catch (SendFailedException e) {
      return partlySent(e);
    } catch (MessagingException e) {
      LOG.warn("an e-mail could not be sent: {}", reason(e));
      return DeliveryOutcome.failed(reason(e));
    }
  }

  private Message message(Mail mail) throws MessagingException {
    var message = new Identified(session, "<%s@%s>".formatted(mail.id(), server.host()));
    message.setFrom(InternetAddress.parse(server.from(), true)[0]);
    message.setRecipients(Message.RecipientType.TO, addresses(mail));
    message.setSubject(mail.subject(), StandardCharsets.UTF_8.name());
    message.setText(mail.text(), StandardCharsets.UTF_8.name());
    message.setSentDate(Date.from(clock.instant()));
    message.setHeader("Auto-Submitted", "auto-generated"); // RFC 3834: no out-of-office replies
    message.saveChanges();
    return message;
  }

  private static Address[] addresses(Mail mail) {
    return mail.recipients().stream().map(SmtpMailer::address).toArray(Address[]::new);
  }

  private static Address address(String text) {
    var address = new InternetAddress();
    address.setAddress(text);
    return address;
  }

  /// Whom the server took it for has it, and must not get it again.
  private static DeliveryOutcome partlySent(SendFailedException e) {
    if (e.getValidSentAddresses() != null && e.getValidSentAddresses().length > 0) {
      LOG.warn("an e-mail reached only {} of its recipients", e.getValidSentAddresses().length);
      return new Delivered(Optional.empty());
    }
    LOG.warn("an e-mail was refused by the mail server", e);
    return isForGood(e)
        ? new Refused(Optional.empty(), "The mail server refused every recipient.", false)
        : DeliveryOutcome.failed("The mail server did not take it for now.");
  }

  private static boolean isForGood(SendFailedException e) {
    return e instanceof SMTPSendFailedException smtp
        && smtp.getReturnCode() >= REFUSED_FOR_GOOD
        && (e.getValidUnsentAddresses() == null || e.getValidUnsentAddresses().length == 0);
  }

  private static String reason(MessagingException e) {
    return switch (e) {
      case AuthenticationFailedException _ ->
          "The mail server refused the user name and password of PENNYWORTH_SMTP_URL.";
      case MailConnectException _ -> "The mail server cannot be reached.";
      default -> "The conversation with the mail server broke off.";
    };
  }

  /// Keeps its own Message-ID.
  private static final class Identified extends MimeMessage {
    private final String id;

    private Identified(Session session, String id) {
      super(session);
      this.id = id;
    }

    @Override
    protected void updateMessageID() throws MessagingException {
      setHeader("Message-ID", id);
    }
  }
}
