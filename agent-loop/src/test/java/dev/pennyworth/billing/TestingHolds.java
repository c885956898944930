package dev.pennyworth.billing;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/// Holds that no gate gave out, to call models in tests without a database.
public final class TestingHolds {
  /// $0.15 and $0.60 per million tokens, cached input at half.
  public static final Price GPT_4O_MINI =
      new Price(
          "gpt-4o-mini@1",
          "openai",
          "gpt-4o-mini",
          "GPT-4o mini",
          150_000_000,
          600_000_000,
          75_000_000,
          150_000_000,
          true,
          Instant.EPOCH);

  private TestingHolds() {}

  /// A price of the catalogue that comes with the program.
  public static Price shipped(String provider, String model) {
    return PriceFile.shipped().stream()
        .filter(price -> price.provider().equals(provider) && price.model().equals(model))
        .findFirst()
        .orElseThrow();
  }

  public static Hold wallet(long outputTokensMax) {
    return hold(BillingMode.WALLET, outputTokensMax);
  }

  public static Hold byok(long outputTokensMax) {
    return hold(BillingMode.BYOK, outputTokensMax);
  }

  private static Hold hold(BillingMode mode, long outputTokensMax) {
    long inputTokensMax = 100_000;
    return new Hold(
        new StepKey(
            new TeamId(TypedIds.of("team")),
            new BotId(TypedIds.of("bot")),
            new TurnId(TypedIds.of("turn")),
            1,
            1),
        mode,
        mode == BillingMode.BYOK ? Funding.OWN_KEY : Funding.WALLET,
        Optional.empty(),
        GPT_4O_MINI,
        GPT_4O_MINI.worstCase(inputTokensMax, outputTokensMax),
        inputTokensMax,
        outputTokensMax,
        List.of(),
        LocalDate.EPOCH);
  }
}
