package dev.pennyworth.botsapi.audit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.KeyId;
import dev.pennyworth.botsapi.accounts.Role;
import dev.pennyworth.botsapi.accounts.UserId;
import dev.pennyworth.botsapi.http.Pages;
import dev.pennyworth.connectors.HttpFailure;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Who changed caps, prices, keys, plan and members.
@Controller("/api/audit")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Team")
public final class AuditController {
  private final JdbcAudit audit;

  AuditController(JdbcAudit audit) {
    this.audit = audit;
  }

  /// A page of the audit log.
  public record Listing(List<EntryView> entries, @Nullable String nextCursor) {}

  /// A change.
  ///
  /// @param action such as `bot.caps_changed`
  /// @param subject the id of what was changed
  /// @param from what it was; null where there was nothing. Secrets never appear
  /// @param to what it became; null where nothing is left
  public record EntryView(
      AuditId id,
      Instant at,
      ActorView actor,
      String action,
      String subject,
      Optional<JsonNode> from,
      Optional<JsonNode> to) {}

  /// Who made a change.
  ///
  /// @param type `user`, `api_key` (then the user is who made the key) or `system`
  public record ActorView(
      String type, Optional<UserId> userId, Optional<String> email, Optional<KeyId> keyId) {}

  /// Lists changes, newest first. `action` is a word such as `bot.caps_changed`; `actor` is the id
  /// of a user or of an API key. For owners and billing.
  @Get
  public Listing list(
      Caller caller,
      @Nullable @QueryValue String action,
      @Nullable @QueryValue String actor,
      @Nullable @QueryValue String limit,
      @Nullable @QueryValue String cursor) {
    caller.require(Role::readsMoney, "read the audit log");
    var asked = Pages.request(limit, cursor, AuditId::parse);
    var page =
        asked.page(
            audit.list(caller.team(), filter(action, actor), asked.after(), asked.rows()),
            entry -> entry.id().toString());
    return new Listing(page.rows().stream().map(AuditController::view).toList(), page.nextCursor());
  }

  private static JdbcAudit.Filter filter(@Nullable String action, @Nullable String actor) {
    Optional<UserId> user = Optional.ofNullable(actor).flatMap(UserId::parse);
    Optional<KeyId> key = Optional.ofNullable(actor).flatMap(KeyId::parse);
    if (actor != null && user.isEmpty() && key.isEmpty()) {
      throw HttpFailure.invalidValue(
          "actor", "actor must be the id of a user (usr_…) or of an API key (key_…).");
    }
    return new JdbcAudit.Filter(Optional.ofNullable(action).map(AuditController::word), user, key);
  }

  private static AuditAction word(String action) {
    return AuditAction.parse(action)
        .orElseThrow(() ->
            HttpFailure.invalidValue(
                "action",
                "action must be one of: %s.".formatted(String.join(", ", AuditAction.words())),
                AuditAction.words()));
  }

  private static EntryView view(JdbcAudit.Entry entry) {
    return new EntryView(
        entry.id(),
        entry.at(),
        new ActorView(
            type(entry.actor()), entry.actor().user(), entry.email(), entry.actor().key()),
        entry.action(),
        entry.subject(),
        entry.from(),
        entry.to());
  }

  private static String type(Actor actor) {
    return actor.key().isPresent() ? "api_key" : actor.user().isPresent() ? "user" : "system";
  }
}
