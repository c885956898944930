package dev.pennyworth.botsapi;

import dev.pennyworth.billing.TeamId;
import dev.pennyworth.botsapi.TestingStop.Moment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Where a turn is when its program is killed, in the order of a turn's life: what the database
/// holds then, and what must have become of it once the program has started again.
///
/// Both are written as [CrashPointTest] reads them from the database: status of the turn | its
/// steps, each with its attempts | holds that are open, charges, and the house's losses | its place
/// in the outbox.
enum CrashPoint {
  BEFORE_ACCEPT(Turn.PLAIN, at(Moment.COMMIT_SENT, Work.ACCEPT), Left.NOTHING, After.ONE_CALL),
  AFTER_ACCEPT(
      Turn.PLAIN,
      at(Moment.COMMITTED, Work.ACCEPT, Work.ANY_OF_A_CLAIM),
      Left.QUEUED,
      After.ONE_CALL),
  /// The conversation has an owner that is gone.
  AFTER_CLAIM(Turn.PLAIN, at(Moment.COMMIT_SENT, Work.PUT_TOGETHER), Left.QUEUED, After.ONE_CALL),
  BEFORE_RESERVE(Turn.PLAIN, at(Moment.COMMIT_SENT, Work.RESERVE), Left.QUEUED, After.ONE_CALL),
  /// Nothing was asked of the model, but nobody can know.
  AFTER_RESERVE(Turn.PLAIN, at(Moment.COMMITTED, Work.RESERVE), Left.HELD, After.ONE_CALL_LOST),
  AFTER_REQUEST_WRITTEN(Turn.PLAIN, atCall(1, Reply.NONE), Left.HELD, After.ONE_CALL_LOST),
  BEFORE_RESPONSE_READ(Turn.PLAIN, atCall(1, Reply.HALF), Left.HELD, After.ONE_CALL_LOST),
  AFTER_RESPONSE_READ(Turn.PLAIN, atCall(1, Reply.WHOLE), Left.HELD, After.ONE_CALL_LOST),
  BEFORE_SETTLE_AND_REPLY(
      Turn.PLAIN, at(Moment.COMMIT_SENT, Work.END), Left.HELD, After.ONE_CALL_LOST),
  AFTER_SETTLE_AND_REPLY(
      Turn.PLAIN, at(Moment.COMMITTED, Work.END, Work.SEND), Left.TO_SEND, After.ONE_CALL),
  BEFORE_SEND(Turn.PLAIN, at(Moment.COMMIT_SENT, Work.SEND), Left.TO_SEND, After.ONE_CALL),
  AFTER_SEND(Turn.PLAIN, at(Moment.COMMITTED, Work.SEND), After.ONE_CALL, After.ONE_CALL),

  BEFORE_STEP_STORED(
      Turn.WITH_TOOL,
      at(Moment.COMMIT_SENT, Work.STORE_STEP),
      Left.HELD,
      "done | 1 model done #2, 2 tool done #1, 3 model done #1 | 0 held, 3 charged, 1 lost | sent"),
  AFTER_STEP_STORED(
      Turn.WITH_TOOL,
      at(Moment.COMMITTED, Work.STORE_STEP),
      "queued | 1 model done #1 | 0 held, 1 charged, 0 lost | no reply",
      After.TOOL),
  BEFORE_TOOL_ROW(
      Turn.WITH_TOOL,
      at(Moment.COMMIT_SENT, Work.TOOL_ROW),
      "queued | 1 model done #1 | 0 held, 1 charged, 0 lost | no reply",
      After.TOOL),
  AFTER_TOOL_ROW(
      Turn.WITH_TOOL,
      at(Moment.COMMITTED, Work.TOOL_ROW),
      "queued | 1 model done #1, 2 tool started #1 | 1 held, 1 charged, 0 lost | no reply",
      After.TOOL_LOST),
  BEFORE_TOOL_RESULT(
      Turn.WITH_TOOL,
      at(Moment.COMMIT_SENT, Work.TOOL_RESULT),
      "queued | 1 model done #1, 2 tool started #1 | 1 held, 1 charged, 0 lost | no reply",
      After.TOOL_LOST),
  AFTER_TOOL_RESULT(
      Turn.WITH_TOOL,
      at(Moment.COMMITTED, Work.TOOL_RESULT),
      "queued | 1 model done #1, 2 tool done #1 | 0 held, 2 charged, 0 lost | no reply",
      After.TOOL),
  /// The tool is one that the bot has not got: it fails, and costs nothing.
  AFTER_SECOND_REQUEST_WRITTEN(
      Turn.WITH_TWO_CALLS, atCall(2, Reply.NONE), Left.SECOND_HELD, After.SECOND_CALL_LOST),
  BEFORE_SECOND_SETTLE(
      Turn.WITH_TWO_CALLS,
      at(Moment.COMMIT_SENT, Work.END),
      Left.SECOND_HELD,
      After.SECOND_CALL_LOST);

  private final Turn turn;

  @SuppressWarnings("ImmutableEnumChecker") // a record of enums
  private final Place place;

  private final String left;
  private final String after;

  CrashPoint(Turn turn, Place place, String left, String after) {
    this.turn = turn;
    this.place = place;
    this.left = left;
    this.after = after;
  }

  /// What kind of turn comes to the point.
  enum Turn {
    /// One call of a model that the test serves.
    PLAIN,
    /// The practice model, a tool that has a price, and the practice model again.
    WITH_TOOL,
    /// A call of a model that the test serves, a tool, and another call.
    WITH_TWO_CALLS
  }

  /// What the killed program leaves, where more than one point leaves the same.
  private static final class Left {
    static final String NOTHING = "nothing";
    static final String QUEUED = "queued | no step | 0 held, 0 charged, 0 lost | no reply";
    static final String HELD = "queued | 1 model started #1 | 1 held, 0 charged, 0 lost | no reply";
    static final String SECOND_HELD =
        "queued | 1 model done #1, 2 tool failed #1, 3 model started #1 | 1 held, 1 charged, 0 lost | no reply";
    static final String TO_SEND = "done | 1 model done #1 | 0 held, 1 charged, 0 lost | pending";
  }

  /// What must be there in the end, where more than one point demands the same.
  private static final class After {
    static final String ONE_CALL = "done | 1 model done #1 | 0 held, 1 charged, 0 lost | sent";
    static final String ONE_CALL_LOST = "done | 1 model done #2 | 0 held, 1 charged, 1 lost | sent";
    static final String SECOND_CALL_LOST =
        "done | 1 model done #1, 2 tool failed #1, 3 model done #2 | 0 held, 2 charged, 1 lost | sent";
    static final String TOOL =
        "done | 1 model done #1, 2 tool done #1, 3 model done #1 | 0 held, 3 charged, 0 lost | sent";
    static final String TOOL_LOST =
        "done | 1 model done #1, 2 tool done #2, 3 model done #1 | 0 held, 3 charged, 1 lost | sent";
  }

  /// A transaction of a turn, known by what it holds.
  enum Work {
    ACCEPT("INSERT INTO turn"),
    ANY_OF_A_CLAIM("AND fence = "),
    PUT_TOGETHER("t.status = 'queued'"),
    RESERVE("INSERT INTO hold", "'model'"),
    STORE_STEP("UPDATE hold", "UPDATE step", "tokens_cache_read"),
    TOOL_ROW("INSERT INTO step", "'tool'"),
    TOOL_RESULT("UPDATE hold", "SET state = $1,\n  output"),
    END("INSERT INTO outbox"),
    SEND("UPDATE outbox");

    @SuppressWarnings("ImmutableEnumChecker") // List.of
    private final List<String> parts;

    Work(String... parts) {
      this.parts = List.of(parts);
    }

    boolean isIn(List<String> statements) {
      return parts.stream()
          .allMatch(part -> statements.stream().anyMatch(sql -> sql.contains(part)));
    }
  }

  /// How much of its answer the model has written.
  enum Reply {
    NONE,
    HALF,
    WHOLE
  }

  /// Where the program stands when it is killed.
  sealed interface Place {
    /// At a transaction.
    ///
    /// @param next what must not happen meanwhile, by a part of the program that does not stand
    record Database(Moment moment, Work work, Optional<Work> next) implements Place {}

    /// At a call of the model, the first or the second.
    record Model(int call, Reply written) implements Place {}
  }

  private static Place at(Moment moment, Work work) {
    return new Place.Database(moment, work, Optional.empty());
  }

  private static Place at(Moment moment, Work work, Work next) {
    return new Place.Database(moment, work, Optional.of(next));
  }

  private static Place atCall(int call, Reply written) {
    return new Place.Model(call, written);
  }

  static Optional<CrashPoint> namedIn(String text) {
    return Arrays.stream(values()).filter(point -> text.contains(point.mark())).findFirst();
  }

  /// What the message says, so that the model knows where it is to stop.
  String mark() {
    return "<" + name() + ">";
  }

  Turn turn() {
    return turn;
  }

  Place place() {
    return place;
  }

  String left() {
    return left;
  }

  String after() {
    return after;
  }

  /// Whether it stands in a booking, which keeps all that come after it in the same line waiting.
  boolean isInABooking() {
    return switch (place) {
      case Place.Database(_, var work, _) ->
          switch (work) {
            case RESERVE, STORE_STEP, TOOL_ROW, TOOL_RESULT, END -> true;
            case ACCEPT, ANY_OF_A_CLAIM, PUT_TOGETHER, SEND -> false;
          };
      case Place.Model(_, var written) -> written == Reply.WHOLE;
    };
  }

  /// Calls that the model must have got in the end.
  int modelCalls() {
    return switch (turn) {
      case PLAIN -> place instanceof Place.Model || this == BEFORE_SETTLE_AND_REPLY ? 2 : 1;
      case WITH_TOOL -> 0;
      case WITH_TWO_CALLS -> 3;
    };
  }

  /// Where its transaction is held up; empty if it is the model that holds it up.
  Optional<TestingStop> stop(TeamId team) {
    return switch (place) {
      case Place.Database(var moment, var work, _) -> Optional.of(stop(team, moment, work));
      case Place.Model(_, var written) when written == Reply.WHOLE ->
          Optional.of(stop(team, Moment.STATEMENT_SENT, Work.ANY_OF_A_CLAIM));
      case Place.Model _ -> Optional.empty();
    };
  }

  /// What is held up besides, so that nobody goes on with the turn.
  Optional<TestingStop> stopOfNext(TeamId team) {
    return place instanceof Place.Database database
        ? database.next().map(next -> stop(team, Moment.STATEMENT_SENT, next))
        : Optional.empty();
  }

  private TestingStop stop(TeamId team, Moment moment, Work work) {
    return new TestingStop(name(), team, moment, work::isIn);
  }
}
