package dev.pennyworth.botsapi.bots;

import dev.pennyworth.billing.LimitKind;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.audit.AuditAction;
import dev.pennyworth.botsapi.audit.JdbcAudit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/// What the audit log tells of bots: their limits, how they are paid for, their secrets by
/// fingerprint, and whether they run. Every method joins the caller's transaction.
final class JdbcBotAudit {
  private final JdbcAudit audit;

  JdbcBotAudit(JdbcAudit audit) {
    this.audit = audit;
  }

  /// A bot's limits, as the API names them.
  private record Caps(
      Optional<NanoUsd> spendingCapCents,
      List<BotDocument.SpendingCap> spendingCaps,
      Optional<NanoUsd> maxCostCentsPerMessage,
      Optional<NanoUsd> endUserDailyCents) {
    private static Caps of(BotDocument bot) {
      return new Caps(
          bot.limit(LimitKind.LIFETIME),
          bot.spendingCaps(),
          bot.limit(LimitKind.MESSAGE),
          bot.limit(LimitKind.END_USER_DAY));
    }
  }

  /// A new bot, or one that is gone.
  private record Whole(
      String name, String status, String billingMode, Caps caps, Map<String, String> secrets) {
    private static Whole of(Bot bot) {
      return new Whole(
          bot.document().name(),
          bot.status(),
          bot.document().billingMode().word(),
          Caps.of(bot.document()),
          fingerprints(bot));
    }
  }

  void created(Handle tx, Caller caller, Bot bot) {
    record(tx, caller, AuditAction.BOT_CREATED, bot, Optional.empty(), Optional.of(Whole.of(bot)));
  }

  void deleted(Handle tx, Caller caller, Bot bot) {
    record(tx, caller, AuditAction.BOT_DELETED, bot, Optional.of(Whole.of(bot)), Optional.empty());
  }

  /// Notes what of this was changed, if anything.
  void changed(Handle tx, Caller caller, Bot before, Bot after) {
    var was = before.document();
    var is = after.document();
    changed(tx, caller, AuditAction.BOT_CAPS_CHANGED, after, Caps.of(was), Caps.of(is));
    changed(
        tx,
        caller,
        AuditAction.BOT_BILLING_MODE_CHANGED,
        after,
        Map.of("billing_mode", was.billingMode().word()),
        Map.of("billing_mode", is.billingMode().word()));
    changed(
        tx,
        caller,
        AuditAction.BOT_SECRETS_CHANGED,
        after,
        fingerprints(before),
        fingerprints(after));
  }

  void webhookSecretRotated(Handle tx, Caller caller, Bot before, Bot after) {
    changed(
        tx,
        caller,
        AuditAction.BOT_WEBHOOK_SECRET_ROTATED,
        after,
        fingerprints(before),
        fingerprints(after));
  }

  void status(Handle tx, Caller caller, Bot before, String status) {
    changed(
        tx,
        caller,
        status.equals("active") ? AuditAction.BOT_ACTIVATED : AuditAction.BOT_PAUSED,
        before,
        Map.of("status", before.status()),
        Map.of("status", status));
  }

  private void changed(
      Handle tx, Caller caller, AuditAction action, Bot bot, Object before, Object after) {
    if (!before.equals(after)) {
      record(tx, caller, action, bot, Optional.of(before), Optional.of(after));
    }
  }

  private void record(
      Handle tx,
      Caller caller,
      AuditAction action,
      Bot bot,
      Optional<Object> from,
      Optional<Object> to) {
    audit.record(tx, caller, action, bot.id().toString(), from.orElse(null), to.orElse(null));
  }

  /// Fingerprints by name, as the API shows them: they tell secrets apart and reveal none.
  private static Map<String, String> fingerprints(Bot bot) {
    return new TreeMap<>(bot.fingerprints());
  }
}
