package dev.pennyworth.agentloop.model;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;

/// Counts the tokens of a text. Names of special tokens in it, such as `<|endoftext|>`, are
/// ordinary text. A vocabulary is loaded when it is first asked for, once.
public final class TokenCounter {
  private final Encoding encoding;

  private TokenCounter(EncodingType type) {
    this.encoding = Encodings.newLazyEncodingRegistry().getEncoding(type);
  }

  /// OpenAI's vocabulary since gpt-4o.
  public static TokenCounter o200k() {
    return O200k.INSTANCE;
  }

  /// OpenAI's vocabulary of gpt-4; Llama 3 and Qwen have extended it. Spends more tokens on most
  /// scripts other than Latin.
  static TokenCounter cl100k() {
    return Cl100k.INSTANCE;
  }

  public long count(String text) {
    return encoding.countTokensOrdinary(text);
  }

  /// The longest beginning of a text that is worth no more than `tokensMax`, cut where a token and
  /// a character end.
  String cut(String text, long tokensMax) {
    var result = encoding.encodeOrdinary(text, Math.clamp(tokensMax, 0, Integer.MAX_VALUE));
    return result.isTruncated() ? encoding.decode(result.getTokens()) : text;
  }

  private static final class O200k {
    private static final TokenCounter INSTANCE = new TokenCounter(EncodingType.O200K_BASE);
  }

  private static final class Cl100k {
    private static final TokenCounter INSTANCE = new TokenCounter(EncodingType.CL100K_BASE);
  }
}
