package dev.pennyworth.billing;

import com.zaxxer.hikari.HikariDataSource;
import dev.pennyworth.migrations.TestingDatabase;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// Billing on a real database of its own, with one team, one bot and a clock that stands still
/// until it is told to move.
final class TestingBilling implements AutoCloseable {
  static final Price GPT_4O_MINI = price("openai", "gpt-4o-mini");
  static final Price SONNET = price("anthropic", "claude-sonnet-4-6");
  static final ZoneId UTC = ZoneOffset.UTC;

  private static final int CONNECTIONS_MAX = 16;

  private final HikariDataSource pool = new HikariDataSource();
  final TestingDatabase database = TestingDatabase.create();
  final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-03-14T12:00:00Z"));
  final Jdbi jdbi;
  final JdbcPrices prices;
  final JdbcBudgets budgets;
  final JdbcLedger ledger;
  final JdbcRollups rollups;
  final JdbcWallets wallets;
  final TestingPaymentProvider provider = new TestingPaymentProvider();
  final JdbcEvents events;
  final JdbcSavedCards cards;
  final JdbcAutoReloads autoReloadRows;
  final JdbcPayments payments;
  final AutoReloads autoReloads;
  final SandboxCheckout checkout;
  final JdbcTeamLimits teamLimits;
  final JdbcPlans plans;
  final JdbcGate gate;
  final JdbcProof proof;
  final TeamId team = new TeamId(UUID.randomUUID());
  final BotId bot = new BotId(UUID.randomUUID());

  TestingBilling() {
    var wiring = new BillingWiring();
    pool.setDataSource(database.dataSource());
    pool.setMaximumPoolSize(CONNECTIONS_MAX);
    jdbi = wiring.jdbi(pool);
    prices = wiring.prices(jdbi, now::get);
    budgets = wiring.budgets(now::get);
    ledger = wiring.ledger(jdbi, now::get);
    rollups = wiring.rollups();
    wallets = wiring.wallets(jdbi, ledger);
    events = new JdbcEvents(now::get);
    cards = wiring.savedCards(jdbi, provider, now::get);
    autoReloadRows =
        wiring.autoReloadRows(jdbi, cards, events, provider, now::get, UUID::randomUUID);
    payments =
        wiring.payments(
            jdbi,
            wallets,
            ledger,
            autoReloadRows,
            cards,
            events,
            provider,
            now::get,
            UUID::randomUUID);
    autoReloads = wiring.autoReloads(autoReloadRows, payments, provider, now::get);
    checkout = wiring.sandboxCheckout(payments);
    teamLimits = wiring.teamLimits();
    plans = wiring.plans(jdbi, ledger, events, now::get);
    gate = wiring.gate(jdbi, prices, plans, now::get);
    proof = wiring.proof(jdbi);
    jdbi.useTransaction(tx -> {
      tx.execute(
          "INSERT INTO team (team_id, name, created_at) VALUES (?, 'a team', ?)",
          team.uuid(),
          now.get());
      wallets.openWithFreeCredit(tx, team);
      budgets.setLimits(tx, team, bot, Map.of());
    });
  }

  private static Price price(String provider, String model) {
    return PriceFile.shipped().stream()
        .filter(price -> price.provider().equals(provider) && price.model().equals(model))
        .findFirst()
        .orElseThrow();
  }

  /// A further bot, without limits.
  BotId newBot() {
    var other = new BotId(UUID.randomUUID());
    jdbi.useTransaction(tx -> budgets.setLimits(tx, team, other, Map.of()));
    return other;
  }

  void setLimits(Map<LimitKind, NanoUsd> limits) {
    jdbi.useTransaction(tx -> budgets.setLimits(tx, team, bot, limits));
  }

  /// Puts money into a team's wallet as a gift. Joins the caller's transaction.
  static void give(Handle tx, JdbcLedger ledger, TeamId team, NanoUsd amount) {
    ledger.append(
        tx,
        team,
        new Posting(
            "gift/" + UUID.randomUUID(),
            Posting.Kind.FREE_CREDIT,
            Optional.empty(),
            List.of(
                new Posting.Line(Posting.Account.WALLET, amount),
                new Posting.Line(Posting.Account.PROMOTION, amount.negated()))),
        NanoUsd.ZERO);
  }

  /// Takes money out of the wallet until this much is left, as a charge would.
  void leaveInWallet(NanoUsd amount) {
    var price = new Price("x/x@1", "x", "x", "x", 0, 1_000_000, 0, 0, true, now.get());
    prices.publish(List.of(price));
    long tokens = wallets.balance(team).balance().minus(amount).nanos();
    var hold = granted(request(1, tokens, 0).withPrice(price).build());
    settle(hold, new TokenUsage(0, tokens, 0, 0));
  }

  Request request(int step, long outputTokens, long inputTokens) {
    return new Request(
        new TurnId(UUID.randomUUID()), step, 1, outputTokens, inputTokens, GPT_4O_MINI);
  }

  /// A request in the making.
  final class Request {
    private final TurnId turn;
    private final int step;
    private final int attempt;
    private final long outputTokens;
    private final long inputTokens;
    private final Price price;
    private BillingMode mode = BillingMode.WALLET;
    private String endUser = "ann";
    private ZoneId zone = UTC;
    private long tightInputTokens;
    private boolean canBeCounted;
    private BotId asking = bot;

    private Request(
        TurnId turn, int step, int attempt, long outputTokens, long inputTokens, Price price) {
      this.turn = turn;
      this.step = step;
      this.attempt = attempt;
      this.outputTokens = outputTokens;
      this.inputTokens = inputTokens;
      this.tightInputTokens = inputTokens;
      this.price = price;
    }

    Request withPrice(Price other) {
      return new Request(turn, step, attempt, outputTokens, inputTokens, other);
    }

    Request withBot(BotId other) {
      asking = other;
      return this;
    }

    Request withMode(BillingMode other) {
      mode = other;
      return this;
    }

    Request withEndUser(String other) {
      endUser = other;
      return this;
    }

    Request withZone(ZoneId other) {
      zone = other;
      return this;
    }

    Request withTightInput(long tokens) {
      tightInputTokens = tokens;
      return this;
    }

    /// Somebody could be asked for a tighter bound.
    Request thatCanBeCounted() {
      canBeCounted = true;
      return this;
    }

    /// It has been asked for, and this is the bound.
    Request counted(long tokens) {
      canBeCounted = false;
      return withTightInput(tokens);
    }

    HoldRequest build() {
      return new HoldRequest(
          new StepKey(team, asking, turn, step, attempt),
          mode,
          price,
          endUser,
          zone,
          new Ask.Tokens(inputTokens, tightInputTokens, outputTokens, canBeCounted));
    }
  }

  Reservation reserve(HoldRequest request) {
    return gate.book(Booking.of(request)).reservation();
  }

  Hold granted(HoldRequest request) {
    return switch (reserve(request)) {
      case Reservation.Granted(var hold) -> hold;
      case Reservation.Refused(var refusal) -> throw new AssertionError("refused: " + refusal);
      case Reservation.CountFirst _ -> throw new AssertionError("to be counted first");
    };
  }

  Refusal refused(HoldRequest request) {
    return switch (reserve(request)) {
      case Reservation.Granted(var hold) -> throw new AssertionError("granted: " + hold.amount());
      case Reservation.Refused(var refusal) -> refusal;
      case Reservation.CountFirst _ -> throw new AssertionError("to be counted first");
    };
  }

  Charge settle(Hold hold, TokenUsage usage) {
    return settle(hold, Optional.of(usage));
  }

  Charge settle(Hold hold, Optional<TokenUsage> usage) {
    var settlement = new Settlement(usage, false, "answer", Optional.of("request-1"));
    return gate.book(Booking.of(new Resolution.Settle(hold, settlement))).charge();
  }

  void voidHold(Hold hold) {
    gate.book(Booking.of(new Resolution.VoidHold(hold)));
  }

  BudgetState budget(LimitKind kind) {
    return jdbi.withHandle(handle -> budgets.states(handle, team, bot, UTC)).stream()
        .filter(state -> state.kind() == kind)
        .findFirst()
        .orElseThrow();
  }

  WalletState wallet() {
    return wallets.balance(team);
  }

  Proof prove() {
    return proof.prove(team);
  }

  @Override
  public void close() {
    pool.close();
    database.close();
  }
}
