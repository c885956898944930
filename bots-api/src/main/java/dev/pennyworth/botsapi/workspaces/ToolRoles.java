package dev.pennyworth.botsapi.workspaces;

import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.RequestBody;
import java.util.List;

/// Who may change what of a tool. What calls cost is set by who moves the team's money, and by
/// nobody else; all the rest by who edits bots.
final class ToolRoles {
  private ToolRoles() {}

  /// @param known all fields
  /// @throws HttpFailure 403 if somebody who does not edit bots names a field beyond money
  static void requireFields(Caller caller, RequestBody body, List<String> known) {
    if (caller.role().editsBots()) {
      return;
    }
    known.stream()
        .filter(field -> body.names(field) && !ToolTariff.FIELDS.contains(field))
        .findFirst()
        .ifPresent(field -> caller.require(_ -> false, "change " + field));
  }

  /// @throws HttpFailure 403 if somebody who moves no money changes what calls cost
  static void requireTariff(Caller caller, ToolTariff before, ToolTariff after) {
    if (!before.equals(after)) {
      caller.require(role -> role.movesMoney(), "set what a tool costs");
    }
  }
}
