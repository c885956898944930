package dev.pennyworth.botsapi.bots;

import dev.pennyworth.billing.LimitKind;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.RequestBody;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Who may change what a bot may spend. Who moves the team's money sets all of it, whatever else he
/// may not; who only edits bots may tighten a limit, as he may pause a bot, and never loosen one.
final class SpendingRoles {
  static final List<String> FIELDS = fields();

  private SpendingRoles() {}

  private static List<String> fields() {
    var fields = new ArrayList<>(BotFields.LIMITS);
    fields.add("billing_mode");
    fields.add("approval_cents");
    return List.copyOf(fields);
  }

  /// @throws HttpFailure 403 if somebody who does not edit bots names a field beyond money
  static void requireFields(Caller caller, RequestBody request) {
    if (caller.role().editsBots()) {
      return;
    }
    var first =
        BotFields.ALL.stream()
            .filter(field -> request.names(field) && !FIELDS.contains(field))
            .findFirst();
    first.ifPresent(field -> caller.require(_ -> false, "change " + field));
  }

  /// @throws HttpFailure 403 if somebody who moves no money lets a bot spend more, or from
  ///   elsewhere
  static void requireChange(Caller caller, BotDocument before, BotDocument after) {
    if (caller.role().movesMoney()) {
      return;
    }
    if (before.billingMode() != after.billingMode()) {
      caller.require(_ -> false, "change billing_mode");
    }
    if (isRaised(before.approval(), after.approval())) {
      caller.require(_ -> false, "raise or clear approval_cents");
    }
    for (var kind : LimitKind.values()) {
      if (isRaised(before.limit(kind), after.limit(kind))) {
        caller.require(_ -> false, "raise or clear " + field(kind));
      }
    }
  }

  private static boolean isRaised(Optional<NanoUsd> before, Optional<NanoUsd> after) {
    return before.isPresent() && (after.isEmpty() || after.get().compareTo(before.get()) > 0);
  }

  private static String field(LimitKind kind) {
    return switch (kind) {
      case LIFETIME -> "spending_cap_cents";
      case DAY, WEEK, MONTH -> "spending_caps";
      case MESSAGE -> "max_cost_cents_per_message";
      case END_USER_DAY -> "end_user_daily_cents";
      case TEAM_MONTH -> "monthly_limit_cents";
    };
  }
}
