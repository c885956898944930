package dev.pennyworth.agentloop;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What must happen once has a key in the database: whatever code tries it again, the constraint
/// that is named refuses it, and no other.
class OnceOnlyKeysTest {
  private final TestingAgentLoop loop = new TestingAgentLoop();

  @BeforeEach
  void oneAnsweredMessage() {
    loop.start().ask(loop.message(loop.newBot(), "ann", "1", "Hello!"));
  }

  @AfterEach
  void close() {
    loop.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "turn | seq = seq + 1 | turn_pkey",
        "turn | turn_id = gen_random_uuid() | turn_has_its_place",
        "message | seq = seq + 1 | message_pkey",
        "message | message_id = gen_random_uuid() | message_has_its_place",
        "step | kind = kind | step_pkey",
        "outbox | seq = seq + 1 | outbox_pkey",
        "conversation | conversation_id = gen_random_uuid() | conversation_is_one_at_a_time",
      })
  void aRowThatIsThereAlreadyIsRefused(String table, String changes, String constraint) {
    loop.jdbi.useHandle(handle -> {
      handle.execute("CREATE TABLE copy AS SELECT * FROM " + table + " LIMIT 1");
      handle.execute("UPDATE copy SET " + changes);
    });
    assertThatThrownBy(() ->
            loop.jdbi.useHandle(
                handle -> handle.execute("INSERT INTO " + table + " SELECT * FROM copy")))
        .hasMessageContaining("\"" + constraint + "\"");
  }
}
