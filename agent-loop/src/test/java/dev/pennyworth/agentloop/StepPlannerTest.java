package dev.pennyworth.agentloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pennyworth.agentloop.model.ModelUnavailable;
import dev.pennyworth.agentloop.tools.CurrentTime;
import dev.pennyworth.agentloop.tools.SchemaCheck;
import dev.pennyworth.billing.BillingMode;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.Price;
import dev.pennyworth.billing.TeamId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a model is offered.
class StepPlannerTest {
  private static final InstantSource CLOCK = () -> Instant.EPOCH;
  private static final Toolbox BUILT_IN =
      new Toolbox(List.of(new CurrentTime(CLOCK)), new SchemaCheck());

  @ParameterizedTest
  @CsvSource({"true, false, true", "true, true, true", "false, false, false"})
  void toolsAreOfferedToModelsThatCallThem(
      boolean callsTools, boolean hasOwnersTools, boolean isOffered) throws Exception {
    var offered = StepPlanner.offered(bot("groq"), price(callsTools), toolboxes(hasOwnersTools));

    assertThat(!offered.isEmpty()).isEqualTo(isOffered);
  }

  @ParameterizedTest
  @CsvSource({"workers-ai, Workers AI models cannot call tools", "groq, The model m cannot call"})
  void anOwnersToolsAreNotLeftOutInSilence(String provider, String message) {
    assertThatThrownBy(() -> StepPlanner.offered(bot(provider), price(false), toolboxes(true)))
        .isInstanceOf(ModelUnavailable.class)
        .hasMessageContaining(message);
  }

  private static Toolboxes toolboxes(boolean hasOwnersTools) {
    return new Toolboxes() {
      @Override
      public Toolbox of(BotSettings bot) {
        return BUILT_IN;
      }

      @Override
      public boolean hasOwnersTools(BotSettings bot) {
        return hasOwnersTools;
      }
    };
  }

  private static Price price(boolean callsTools) {
    return new Price("m@1", "groq", "m", "m", 0, 0, 0, 0, callsTools, Instant.EPOCH);
  }

  private static BotSettings bot(String provider) {
    return new BotSettings(
        new TeamId(UUID.randomUUID()),
        new BotId(UUID.randomUUID()),
        Optional.empty(),
        "Be brief.",
        provider,
        "m",
        Optional.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalDouble.empty(),
        BillingMode.WALLET,
        10,
        100,
        Duration.ofSeconds(30),
        20,
        Duration.ofHours(24),
        20,
        "",
        "",
        Optional.empty(),
        false,
        Optional.empty(),
        Set.of(),
        false,
        ZoneOffset.UTC);
  }
}
