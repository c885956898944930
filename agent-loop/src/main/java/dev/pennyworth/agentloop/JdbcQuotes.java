package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.ChatMessage;
import dev.pennyworth.agentloop.model.ModelUnavailable;
import dev.pennyworth.billing.JdbcTrials;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.Price;
import dev.pennyworth.billing.StepKey;
import dev.pennyworth.billing.TurnId;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;

/// Quotes what a message would cost, without calling anybody: the request is prepared as a turn
/// prepares it, priced as the gate prices it, and thrown away.
public final class JdbcQuotes {
  private final Jdbi jdbi;
  private final StepPlanner planner;
  private final JdbcTrials trials;
  private final InstantSource clock;
  private final Supplier<UUID> ids;

  JdbcQuotes(
      Jdbi jdbi, StepPlanner planner, JdbcTrials trials, InstantSource clock, Supplier<UUID> ids) {
    this.jdbi = jdbi;
    this.planner = planner;
    this.trials = trials;
    this.clock = clock;
    this.ids = ids;
  }

  /// Quotes a message as the next of an end user's conversation.
  ///
  /// @param platform of the conversation, such as `test`
  /// @throws Quote.Impossible if the model could not be called at all
  public Quote of(BotSettings bot, String platform, String channel, String endUser, String text)
      throws Quote.Impossible {
    var price =
        planner
            .price(bot, bot.model())
            .orElseThrow(() ->
                new Quote.Impossible(
                    StopReason.NO_PRICE,
                    "There is no price for " + bot.model() + ", and no price means no call."));
    var messages = new ArrayList<>(history(bot, platform, channel, endUser));
    messages.add(new ChatMessage.User(text));
    var plan = plan(bot, price, messages);
    long input = plan.call().inputTokensMax();
    long output = bot.maxTokensPerTurn();
    var step = new StepKey(bot.team(), bot.bot(), new TurnId(ids.get()), 1, 1);
    int stepsMax = plan.hasTools() ? bot.maxLoopIterations() : 1;
    return new Quote(
        price,
        plan.call().inputParts().total(),
        input,
        output,
        stepsMax,
        turnWorstCase(price, input, output, stepsMax),
        trials.of(planner.request(plan, step, endUser), StepPlanner.ask(plan)));
  }

  private StepPlanner.Plan plan(BotSettings bot, Price price, List<ChatMessage> messages)
      throws Quote.Impossible {
    try {
      var choice = new ModelChoice(bot.model(), ModelChoice.Reason.MAIN);
      return planner.plan(bot, price, ModelJob.answer(bot, choice, messages, messages.size() - 1));
    } catch (ModelUnavailable e) {
      throw new Quote.Impossible(StopReason.PROVIDER_ERROR, String.valueOf(e.getMessage()));
    }
  }

  private static NanoUsd turnWorstCase(Price price, long input, long output, int stepsMax) {
    var sum = NanoUsd.ZERO;
    for (int step = 0; step < stepsMax; step++) {
      long more = Math.multiplyExact(step, output + Toolbox.RESULT_CHARACTERS_MAX);
      sum = sum.plus(price.worstCase(Math.addExact(input, more), output));
    }
    return sum;
  }

  private List<ChatMessage> history(
      BotSettings bot, String platform, String channel, String endUser) {
    return jdbi.withHandle(handle ->
            handle
                .createQuery(
                    """
                    SELECT m.direction, m.text
                    FROM conversation c
                    JOIN message m ON m.team_id = :team AND m.conversation_id = c.conversation_id
                    WHERE c.team_id = :team AND c.bot_id = :bot AND c.platform = :platform
                      AND c.channel_id = :channel AND c.end_user_id = :end_user
                      AND c.ended_at IS NULL AND c.last_message_at > :quiet_since
                      AND NOT EXISTS (
                        SELECT 1
                        FROM turn t
                        WHERE t.team_id = :team AND t.turn_id = m.turn_id AND t.notice IS NOT NULL)
                    ORDER BY m.seq DESC, m.direction DESC
                    LIMIT :rows
                    """)
                .bind("team", bot.team().uuid())
                .bind("bot", bot.bot().uuid())
                .bind("platform", platform)
                .bind("channel", channel)
                .bind("end_user", endUser)
                .bind("quiet_since", clock.instant().minus(bot.conversationTtl()))
                .bind("rows", bot.conversationMaxMessages())
                .map((row, _) ->
                    row.getString(1).equals("in")
                        ? (ChatMessage) new ChatMessage.User(row.getString(2))
                        : new ChatMessage.Assistant(row.getString(2), List.of()))
                .list())
        .reversed();
  }
}
