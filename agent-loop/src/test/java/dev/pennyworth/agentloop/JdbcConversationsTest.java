package dev.pennyworth.agentloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Who may work on a conversation. Its clock is the test's; no worker runs.
class JdbcConversationsTest {
  private static final Duration LEASE = Duration.ofSeconds(75);

  private final TestingAgentLoop loop = new TestingAgentLoop();
  private Instant now = Instant.now();
  private final JdbcConversations conversations = new JdbcConversations(loop.jdbi, () -> now);
  private final UUID node = UUID.randomUUID();

  @BeforeEach
  void aWaitingMessage() {
    var bot = loop.newBot();
    loop.inbox().accept(loop.message(bot, "ann", "1", "Hello!"), bot, List.of());
    now = Instant.now();
  }

  @AfterEach
  void close() {
    loop.close();
  }

  @Test
  void aConversationHasOneClaimUntilItsLeaseEnds() {
    var claim = conversations.claimNext(node).orElseThrow();
    now = now.plus(LEASE).minusMillis(1);
    assertThat(conversations.claimNext(node)).isEmpty();

    now = now.plusMillis(1);
    var next = conversations.claimNext(node).orElseThrow();
    assertThat(next.fence()).isEqualTo(claim.fence() + 1);
    assertThat(next.attempts()).isEqualTo(claim.attempts() + 1);
  }

  @Test
  void aClaimThatIsGivenBackWaitsForItsTime() {
    var claim = conversations.claimNext(node).orElseThrow();
    conversations.giveBack(claim, Duration.ofSeconds(2), false);
    assertThat(conversations.claimNext(node)).isEmpty();

    now = now.plusSeconds(2);
    assertThat(conversations.claimNext(node)).isPresent();
  }

  @Test
  void aLostClaimCanNeitherBeUsedNorGivenBackNorConsumed() {
    var lost = conversations.claimNext(node).orElseThrow();
    now = now.plus(LEASE);
    var valid = conversations.claimNext(node).orElseThrow();

    conversations.giveBack(lost, Duration.ZERO, false);
    loop.jdbi.useTransaction(tx -> conversations.consumeTurn(tx, lost, now));
    assertThatThrownBy(() -> loop.jdbi.useTransaction(tx -> conversations.requireClaim(tx, lost)))
        .isInstanceOf(ClaimLost.class);
    loop.jdbi.useTransaction(tx -> conversations.requireClaim(tx, valid));
    assertThat(conversations.claimNext(node)).isEmpty();
    assertThat(loop.figure("SELECT pending FROM conversation")).isEqualTo(1);
  }
}
