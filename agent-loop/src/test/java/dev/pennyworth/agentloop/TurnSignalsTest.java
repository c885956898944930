package dev.pennyworth.agentloop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.StepKey;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.TurnId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// What watchers are told by the process that runs a turn.
class TurnSignalsTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final TurnSignals signals = new TurnSignals(new WorkSignal(), new WorkSignal());
  private final TurnId turn = new TurnId(UUID.randomUUID());

  @Test
  void whatIsNotReadYetIsReadInOnePiece() {
    try (var watch = signals.watch(turn)) {
      write(1, "Hel", "lo", " there");

      assertThat(read(watch)).containsExactly(new TurnEvent.Text(1, 0, "Hello there"));
    }
  }

  @Test
  void theTextsOfTwoStepsStayApart() {
    try (var watch = signals.watch(turn)) {
      write(1, "Let me ", "look.");
      write(3, "Here");

      assertThat(read(watch))
          .containsExactly(
              new TurnEvent.Text(1, 0, "Let me look."), new TurnEvent.Text(3, 0, "Here"));
    }
  }

  @Test
  void allWatchersOfATurnAreToldAndThoseOfAnotherAreNot() {
    try (var one = signals.watch(turn);
        var two = signals.watch(turn);
        var other = signals.watch(new TurnId(UUID.randomUUID()))) {
      write(1, "Hello");

      assertThat(read(one)).hasSize(1);
      assertThat(read(two)).hasSize(1);
      assertThat(read(other)).isEmpty();
    }
  }

  @Test
  void whoComesLateSeesAGapAndNotHalfAWordAsAWhole() {
    var writer = signals.text(step(1));
    writer.accept("Hel");
    try (var watch = signals.watch(turn)) {
      writer.accept("lo");

      assertThat(read(watch)).containsExactly(new TurnEvent.Text(1, 3, "lo"));
    }
  }

  @Test
  void aWatcherThatNeverReadsHoldsABoundedTextAndStillHearsOfTheEnd() throws Exception {
    try (var watch = signals.watch(turn)) {
      var writer = signals.text(step(1));
      for (int i = 0; i < 100; i++) {
        writer.accept("x".repeat(10_000));
      }
      var read = read(watch);
      writer.accept("later");
      signals.ended(turn);
      writer.accept("after the end");

      assertThat(read).hasSize(1);
      assertThat(read.getFirst().text().length()).isBetween(200_000, 256 * 1024);
      watch.awaitEnd(LONG);
      assertThat(read(watch)).containsExactly(new TurnEvent.Text(1, 1_000_000, "later"));
    }
  }

  @Test
  void aWatcherThatIsGoneLeavesNothingBehindAndTheOthersStay() throws Exception {
    var gone = signals.watch(turn);
    try (var stays = signals.watchEnd(turn)) {
      gone.close();
      write(1, "Hello");
      signals.ended(turn);

      stays.awaitEnd(LONG);
      assertThat(read(gone)).isEmpty();
    }
  }

  private void write(int step, String... pieces) {
    var writer = signals.text(step(step));
    List.of(pieces).forEach(writer);
  }

  private StepKey step(int n) {
    return new StepKey(new TeamId(UUID.randomUUID()), new BotId(UUID.randomUUID()), turn, n, 1);
  }

  private static List<TurnEvent.Text> read(TurnSignals.Watch watch) {
    var texts = new ArrayList<TurnEvent.Text>();
    for (var text = watch.takeText(); text.isPresent(); text = watch.takeText()) {
      texts.add(text.get());
    }
    return texts;
  }
}
