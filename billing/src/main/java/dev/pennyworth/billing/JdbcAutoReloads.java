package dev.pennyworth.billing;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// Auto-reload as rows: what owners set, and the one payment of a team that may be under way.
///
/// Whoever begins or ends one holds the lock of the team's row, so there is one at a time and the
/// monthly ceiling is exact. What is under way stands in the row: a crash leaves it to be looked
/// at.
public final class JdbcAutoReloads {
  static final int FAILURES_MAX = 3;

  /// Longer than a charge can take, so that two nodes do not ask for the same at once. If they
  /// should, the provider knows the payment by its id.
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(60);

  private final Jdbi jdbi;
  private final JdbcSavedCards cards;
  private final JdbcEvents events;
  private final PaymentProvider provider;
  private final InstantSource clock;
  private final Supplier<UUID> ids;

  JdbcAutoReloads(
      Jdbi jdbi,
      JdbcSavedCards cards,
      JdbcEvents events,
      PaymentProvider provider,
      InstantSource clock,
      Supplier<UUID> ids) {
    this.jdbi = jdbi;
    this.cards = cards;
    this.events = events;
    this.provider = provider;
    this.clock = clock;
    this.ids = ids;
  }

  /// What the owner set; [AutoReload#OFF] if nothing.
  public AutoReload find(TeamId team) {
    return jdbi.withHandle(handle -> row(handle, team)).map(Row::settings).orElse(AutoReload.OFF);
  }

  /// Sets it, and forgets failures and pauses. What is under way goes on. Joins the caller's
  /// transaction.
  public void set(Handle tx, TeamId team, AutoReload settings) {
    tx.createUpdate(
            """
            INSERT INTO auto_reload
              (team_id, enabled, threshold_nanos, amount_nanos, monthly_ceiling_nanos, not_before)
            VALUES (:team, :enabled, :threshold, :amount, :ceiling, :now)
            ON CONFLICT (team_id) DO UPDATE
            SET enabled = excluded.enabled,
              threshold_nanos = excluded.threshold_nanos,
              amount_nanos = excluded.amount_nanos,
              monthly_ceiling_nanos = excluded.monthly_ceiling_nanos,
              failures = 0,
              not_before = excluded.not_before
            """)
        .bind("team", team.uuid())
        .bind("enabled", settings.enabled())
        .bind("threshold", settings.threshold().map(NanoUsd::nanos).orElse(null))
        .bind("amount", settings.amount().map(NanoUsd::nanos).orElse(null))
        .bind("ceiling", settings.monthlyCeiling().map(NanoUsd::nanos).orElse(null))
        .bind("now", clock.instant())
        .execute();
  }

  /// Teams whose available money is below their threshold and that wait for nothing.
  List<TeamId> due(int teamsMax) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT a.team_id
                FROM auto_reload a
                JOIN wallet w ON w.team_id = a.team_id
                JOIN saved_card c ON c.team_id = a.team_id
                WHERE a.enabled AND a.payment_id IS NULL AND a.not_before <= :now
                  AND w.balance_nanos - w.held_nanos < a.threshold_nanos
                  AND c.provider = :provider AND c.card_id IS NOT NULL
                ORDER BY a.not_before
                LIMIT :max
                """)
            .bind("now", clock.instant())
            .bind("provider", provider.name())
            .bind("max", teamsMax)
            .map((row, _) -> new TeamId(row.getObject(1, UUID.class)))
            .list());
  }

  /// Opens a team's next payment, unless it need not or may not have one.
  void begin(TeamId team) {
    jdbi.useTransaction(tx -> {
      lock(tx, team);
      var now = clock.instant();
      row(tx, team)
          .filter(row -> row.mayBegin(now))
          .filter(row -> row.isShort(JdbcWallets.read(tx, team)))
          .ifPresent(row -> begin(tx, team, row, now));
    });
  }

  private void begin(Handle tx, TeamId team, Row row, Instant now) {
    var amount = row.settings().amount().orElseThrow();
    var ceiling = row.settings().monthlyCeiling().orElseThrow();
    var month = YearMonth.from(now.atZone(ZoneOffset.UTC));
    if (chargedIn(tx, team, month).plus(amount).compareTo(ceiling) > 0) {
      waitForNextMonth(tx, team, month, ceiling);
      return;
    }
    cards.card(tx, team).ifPresent(card -> open(tx, team, amount, card, now));
  }

  private void open(
      Handle tx, TeamId team, NanoUsd amount, PaymentProvider.SavedCard card, Instant now) {
    var payment =
        new Payment(
            team,
            ids.get(),
            amount,
            Payment.Status.OPEN,
            true,
            now,
            Optional.empty(),
            Optional.of(card.customer()),
            Optional.of(card.card()),
            Optional.empty());
    JdbcPaymentRows.insert(tx, payment, provider.name());
    tx.createUpdate(
            """
            UPDATE auto_reload
            SET payment_id = :payment, look_at = :now
            WHERE team_id = :team
            """)
        .bind("payment", payment.id())
        .bind("now", now)
        .bind("team", team.uuid())
        .execute();
  }

  /// All of a calendar month's, those under way included: they may yet be paid.
  private static NanoUsd chargedIn(Handle tx, TeamId team, YearMonth month) {
    return tx.createQuery(
            """
            SELECT COALESCE(sum(COALESCE(paid_nanos, amount_nanos)), 0)
            FROM payment
            WHERE team_id = :team AND purpose = 'auto_reload' AND status IN ('open', 'paid')
              AND created_at >= :from AND created_at < :to
            """)
        .bind("team", team.uuid())
        .bind("from", startOf(month))
        .bind("to", startOf(month.plusMonths(1)))
        .map((row, _) -> new NanoUsd(row.getLong(1)))
        .one();
  }

  private static Instant startOf(YearMonth month) {
    return month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
  }

  private void waitForNextMonth(Handle tx, TeamId team, YearMonth month, NanoUsd ceiling) {
    var next = startOf(month.plusMonths(1));
    pause(tx, team, next);
    events.append(
        tx,
        team,
        new Event(
            EventType.AUTO_RELOAD_FAILED,
            "auto_reload.ceiling/" + month + "/" + ceiling.nanos(),
            Map.of(
                "reason",
                "monthly_ceiling",
                "monthly_ceiling_nanos",
                ceiling.nanos(),
                "resets_at",
                next.toString(),
                "switched_off",
                false)));
  }

  private static void pause(Handle tx, TeamId team, Instant until) {
    tx.createUpdate(
            """
            UPDATE auto_reload
            SET not_before = :until
            WHERE team_id = :team
            """)
        .bind("until", until)
        .bind("team", team.uuid())
        .execute();
  }

  /// Payments whose outcome is to be asked for.
  List<PaymentRef> toLookAt(int paymentsMax) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT team_id, payment_id
                FROM auto_reload
                WHERE payment_id IS NOT NULL AND look_at <= :now
                ORDER BY look_at
                LIMIT :max
                """)
            .bind("now", clock.instant())
            .bind("max", paymentsMax)
            .map((row, _) ->
                new PaymentRef(
                    new TeamId(row.getObject(1, UUID.class)), row.getObject(2, UUID.class)))
            .list());
  }

  /// Takes a payment for this process to look at; empty if another did.
  Optional<Payment> claim(PaymentRef ref) {
    return jdbi.inTransaction(tx -> {
      int rows =
          tx.createUpdate(
                  """
                  UPDATE auto_reload
                  SET look_at = :later
                  WHERE team_id = :team AND payment_id = :payment AND look_at <= :now
                  """)
              .bind("later", clock.instant().plus(LOOK_AGAIN))
              .bind("now", clock.instant())
              .bind("team", ref.team().uuid())
              .bind("payment", ref.id())
              .execute();
      return rows == 0 ? Optional.<Payment>empty() : JdbcPaymentRows.find(tx, ref, provider.name());
    });
  }

  /// Locks the team's row, if it has one. Joins the caller's transaction.
  void lock(Handle tx, TeamId team) {
    tx.createQuery(
            """
            SELECT team_id
            FROM auto_reload
            WHERE team_id = :team
            FOR UPDATE
            """)
        .bind("team", team.uuid())
        .mapTo(UUID.class)
        .findOne();
  }

  /// Ends what is under way, and tells the owner. Joins the caller's transaction, which holds the
  /// row's lock.
  void succeeded(Handle tx, Payment payment, NanoUsd amount) {
    end(tx, payment, 0, clock.instant(), false);
    tell(tx, payment, EventType.AUTO_RELOAD_SUCCEEDED, Map.of("amount_nanos", amount.nanos()));
  }

  /// Ends what is under way, pauses, after the third failure in a row switches off, and tells the
  /// owner. Joins the caller's transaction, which holds the row's lock.
  void failed(Handle tx, Payment payment, String reason) {
    int failures = row(tx, payment.team()).map(Row::failures).orElse(0) + 1;
    boolean isLast = failures >= FAILURES_MAX;
    end(tx, payment, failures, clock.instant().plus(provider.pauseAfter(failures)), isLast);
    tell(
        tx,
        payment,
        EventType.AUTO_RELOAD_FAILED,
        Map.of(
            "amount_nanos", payment.amount().nanos(),
            "reason", reason,
            "failures", failures,
            "switched_off", isLast));
  }

  private void tell(Handle tx, Payment payment, EventType type, Map<String, Object> facts) {
    var all = new HashMap<>(facts);
    all.put("payment_id", payment.id().toString());
    events.append(tx, payment.team(), new Event(type, type + "/" + payment.id(), all));
  }

  private static void end(
      Handle tx, Payment payment, int failures, Instant notBefore, boolean switchOff) {
    tx.createUpdate(
            """
            UPDATE auto_reload
            SET payment_id = NULL,
              look_at = NULL,
              failures = :failures,
              not_before = :not_before,
              enabled = enabled AND NOT :off
            WHERE team_id = :team AND payment_id = :payment
            """)
        .bind("failures", failures)
        .bind("not_before", notBefore)
        .bind("off", switchOff)
        .bind("team", payment.team().uuid())
        .bind("payment", payment.id())
        .execute();
  }

  private record Row(AutoReload settings, int failures, Instant notBefore, boolean isUnderWay) {
    boolean mayBegin(Instant now) {
      return settings.enabled() && !isUnderWay && !now.isBefore(notBefore);
    }

    boolean isShort(WalletState wallet) {
      return wallet.available().compareTo(settings.threshold().orElseThrow()) < 0;
    }
  }

  private static Optional<Row> row(Handle handle, TeamId team) {
    return handle
        .createQuery(
            """
            SELECT enabled, threshold_nanos, amount_nanos, monthly_ceiling_nanos, failures, not_before,
              payment_id IS NOT NULL AS is_under_way
            FROM auto_reload
            WHERE team_id = :team
            """)
        .bind("team", team.uuid())
        .map((row, _) ->
            new Row(
                new AutoReload(
                    row.getBoolean("enabled"),
                    amount(row, "threshold_nanos"),
                    amount(row, "amount_nanos"),
                    amount(row, "monthly_ceiling_nanos")),
                row.getInt("failures"),
                row.getTimestamp("not_before").toInstant(),
                row.getBoolean("is_under_way")))
        .findOne();
  }

  private static Optional<NanoUsd> amount(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, Long.class)).map(NanoUsd::new);
  }
}
