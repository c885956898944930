package dev.pennyworth.agentloop;

import java.util.Arrays;

/// Which of a bot's models does a step, and why: shown on the receipt.
record ModelChoice(String model, Reason reason) {

  /// Why it is that model.
  enum Reason {
    /// It is the bot's `llm_model`.
    MAIN("main"),
    /// Summaries are routine work.
    SUMMARY("summary"),
    /// The message is small talk.
    SIMPLE("simple_message"),
    /// Little is left of one of the bot's caps.
    LOW_BUDGET("low_budget");

    private final String word;

    Reason(String word) {
      this.word = word;
    }

    /// The word that HTTP and SQL use.
    String word() {
      return word;
    }

    static Reason of(String word) {
      return Arrays.stream(values())
          .filter(reason -> reason.word.equals(word))
          .findFirst()
          .orElse(MAIN);
    }
  }
}
