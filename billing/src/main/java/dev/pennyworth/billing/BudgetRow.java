package dev.pennyworth.billing;

import java.time.Instant;
import java.util.Optional;

/// A locked row of `budget`, and what becomes of it.
final class BudgetRow {
  private final TeamId team;
  private final String key;
  private final Optional<BotId> bot;
  private final LimitKind kind;
  private Optional<Instant> resetsAt;
  private Optional<NanoUsd> limit;
  private Optional<NanoUsd> ceiling;
  private NanoUsd spent;
  private NanoUsd held;

  BudgetRow(
      TeamId team,
      String key,
      Optional<BotId> bot,
      LimitKind kind,
      Optional<Instant> resetsAt,
      Optional<NanoUsd> limit,
      Optional<NanoUsd> ceiling,
      NanoUsd spent,
      NanoUsd held) {
    this.team = team;
    this.key = key;
    this.bot = bot;
    this.kind = kind;
    this.resetsAt = resetsAt;
    this.limit = limit;
    this.ceiling = ceiling;
    this.spent = spent;
    this.held = held;
  }

  /// Brings it up to date with what the owner set and with the bot's time zone. A ceiling below
  /// what is committed would break the constraint; the gate looks at the limit.
  void refresh(Optional<NanoUsd> limitNow, Optional<Instant> resetsAtNow) {
    resetsAt = resetsAtNow;
    if (!limit.equals(limitNow)) {
      limit = limitNow;
      ceiling = limitNow.map(nanos -> nanos.max(spent.plus(held)));
    }
  }

  void hold(NanoUsd amount) {
    held = held.plus(amount);
  }

  void release(NanoUsd amount, NanoUsd cost) {
    held = held.minus(amount);
    spent = spent.plus(cost);
  }

  Optional<Headroom.Line> line() {
    boolean isCap = kind.scope() == Refusal.Scope.BOT_CAP;
    return limit.map(all ->
        new Headroom.Line(
            kind.scope(),
            Optional.of(key),
            isCap ? Optional.of(kind.word()) : Optional.empty(),
            all.nanos(),
            spent.nanos(),
            held.nanos(),
            resetsAt));
  }

  TeamId team() {
    return team;
  }

  String key() {
    return key;
  }

  Optional<BotId> bot() {
    return bot;
  }

  LimitKind kind() {
    return kind;
  }

  Optional<Instant> resetsAt() {
    return resetsAt;
  }

  Optional<NanoUsd> limit() {
    return limit;
  }

  Optional<NanoUsd> ceiling() {
    return ceiling;
  }

  NanoUsd spent() {
    return spent;
  }

  NanoUsd held() {
    return held;
  }
}
