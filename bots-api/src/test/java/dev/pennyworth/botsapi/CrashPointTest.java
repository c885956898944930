package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The program as a process that is killed at each named point of a turn ([CrashPoint]), and
/// started again on the same database. The program knows nothing of it: what it sends to its
/// database and to its model is held up on the way.
final class CrashPointTest {
  @TempDir private static Path home;
  private static TestingCrashes crashes;

  @BeforeAll
  static void killAtEachPoint() throws Exception {
    crashes = TestingCrashes.run(home);
  }

  @AfterAll
  static void stop() {
    crashes.close();
  }

  @ParameterizedTest
  @EnumSource
  void killedThereATurnLeavesWhatWasCommitted(CrashPoint point) {
    assertThat(crashes.of(point).left()).isEqualTo(point.left());
  }

  @ParameterizedTest
  @EnumSource
  void killedThereATurnHasOneOutcomeAndEachStepIsPaidOnce(CrashPoint point) {
    var crash = crashes.of(point);

    assertThat(crashes.rowsOf(point)).isEqualTo(point.after());
    assertThat(crashes.modelCalls(point)).as("calls of the model").isEqualTo(point.modelCalls());
    assertThat(crash.answer().status()).isEqualTo(200);
    assertThat(crash.answer().json().path("status").textValue()).isEqualTo("done");
    assertThat(crash.answer().json().path("response").textValue()).matches(reply(point));
  }

  /// The model counts its calls of a conversation, so that no reply is like another.
  private static String reply(CrashPoint point) {
    return switch (point.turn()) {
      case PLAIN, WITH_TWO_CALLS -> "answer " + point.modelCalls();
      case WITH_TOOL -> "The tool current_time answered: .*";
    };
  }

  @ParameterizedTest
  @EnumSource
  void theSameEventOnceMoreGetsTheSameReplyAndChangesNothing(CrashPoint point) {
    var again = crashes.deliverOnceMore(point);

    assertThat(again.json()).isEqualTo(crashes.of(point).answer().json());
    assertThat(crashes.rowsOf(point)).isEqualTo(point.after());
    assertThat(crashes.modelCalls(point)).as("calls of the model").isEqualTo(point.modelCalls());
  }

  @ParameterizedTest
  @EnumSource
  void theBooksOfItsTeamAgreeAndNothingIsHeld(CrashPoint point) {
    assertThat(crashes.get(point, "/api/ledger/verify").json().path("ok").asBoolean()).isTrue();
    assertThat(crashes.get(point, "/api/balance").json().path("held_cents").decimalValue())
        .isZero();
  }

  @Test
  void noHoldIsOpenInTheEnd() {
    assertThat(crashes.openHolds()).isZero();
  }

  @Test
  void noCallerHadAReplyBeforeTheKill() {
    assertThat(crashes.answeredTooEarly()).isEmpty();
  }

  @Test
  void theBooksOfAllTeamsAreProvedFromOutside() throws IOException {
    var proven = crashes.verify();

    assertThat(proven.output()).containsPattern("The books of all [0-9]+ teams agree.");
    assertThat(proven.exitCode()).isZero();
  }
}
