package dev.pennyworth.billing;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// One version of a model's price, in nano-dollars per million tokens.
///
/// @param id names this version; every charge stores it
/// @param provider such as `openai`
/// @param model the provider's name of the model, such as `gpt-4o-mini`
/// @param name the model's name for people
/// @param cacheWriteNanosPerMillion of input kept for the usual few minutes
/// @param cacheWriteHourNanosPerMillion of input kept for an hour
/// @param callsTools whether the model may be offered tools
/// @param effectiveFrom from when this version holds, until the next version of the same model
public record Price(
    String id,
    String provider,
    String model,
    String name,
    long inputNanosPerMillion,
    long outputNanosPerMillion,
    long cacheReadNanosPerMillion,
    long cacheWriteNanosPerMillion,
    long cacheWriteHourNanosPerMillion,
    boolean callsTools,
    Instant effectiveFrom) {
  /// Whose models may have a price.
  public static final List<String> PROVIDERS =
      List.of("anthropic", "openai", "gemini", "groq", "workers-ai", "custom", "builtin");

  private static final long TOKENS_PER_PRICE = 1_000_000;
  private static final String TOOL = "tool";
  private static final String TOOL_PREFIX = TOOL + "/";

  /// A team's own tool is named below its workspace and, if it is of one, its MCP server, so that
  /// its prices are told from all others.
  private static final Pattern PLACE = Pattern.compile("ws_[0-9a-f]{32}/([a-zA-Z0-9_-]{1,64}/)?");

  public Price {
    if (inputNanosPerMillion < 0
        || outputNanosPerMillion < 0
        || cacheReadNanosPerMillion < 0
        || cacheWriteNanosPerMillion < 0
        || cacheWriteHourNanosPerMillion < 0) {
      throw new IllegalArgumentException("price " + id + " is negative");
    }
    if (cacheReadNanosPerMillion > inputNanosPerMillion) {
      throw new IllegalArgumentException(
          "price " + id + " asks more for cache reads than for input");
    }
  }

  /// With one price for all cache writes.
  public Price(
      String id,
      String provider,
      String model,
      String name,
      long inputNanosPerMillion,
      long outputNanosPerMillion,
      long cacheReadNanosPerMillion,
      long cacheWriteNanosPerMillion,
      boolean callsTools,
      Instant effectiveFrom) {
    this(
        id,
        provider,
        model,
        name,
        inputNanosPerMillion,
        outputNanosPerMillion,
        cacheReadNanosPerMillion,
        cacheWriteNanosPerMillion,
        cacheWriteNanosPerMillion,
        callsTools,
        effectiveFrom);
  }

  /// The price list of a tool, which is not paid by the token.
  ///
  /// @param tool its name; for one of a workspace, below the workspace's id and its MCP server's
  ///   name, as in `ws_…/github/search`. The id keeps all of it, people read the name alone
  /// @param version names the list's version; every charge stores it
  public static Price ofTool(String tool, String version) {
    var place = PLACE.matcher(tool);
    String name = place.lookingAt() ? tool.substring(place.end()) : tool;
    return new Price(
        TOOL_PREFIX + tool + "@" + version, TOOL, name, name, 0, 0, 0, 0, false, Instant.EPOCH);
  }

  /// Reads the id of a tool's price list; empty if it is the id of a model's price.
  static Optional<Price> ofToolId(String id) {
    int at = id.lastIndexOf('@');
    return id.startsWith(TOOL_PREFIX) && at > 0
        ? Optional.of(ofTool(id.substring(TOOL_PREFIX.length(), at), id.substring(at + 1)))
        : Optional.empty();
  }

  public boolean isOfTool() {
    return provider.equals(TOOL);
  }

  /// Whether this is a stand-in for a price that nobody knows.
  public boolean isUnknown() {
    return id.endsWith("@unpriced");
  }

  public boolean isFree() {
    return inputNanosPerMillion == 0
        && outputNanosPerMillion == 0
        && cacheReadNanosPerMillion == 0
        && cacheWriteNanosPerMillion == 0
        && cacheWriteHourNanosPerMillion == 0;
  }

  /// What a call cost: the sum over the buckets, rounded up once.
  public NanoUsd cost(TokenUsage usage) {
    long written =
        Math.addExact(
            Math.multiplyExact(usage.cacheWriteShort(), cacheWriteNanosPerMillion),
            Math.multiplyExact(usage.cacheWriteHour(), cacheWriteHourNanosPerMillion));
    long perMillion =
        Math.addExact(
            Math.addExact(
                Math.multiplyExact(usage.input(), inputNanosPerMillion),
                Math.multiplyExact(usage.output(), outputNanosPerMillion)),
            Math.addExact(
                Math.multiplyExact(usage.cacheRead(), cacheReadNanosPerMillion), written));
    return new NanoUsd(Math.ceilDiv(perMillion, TOKENS_PER_PRICE));
  }

  /// What a call can cost at most, given bounds on its tokens: every input token may be written to
  /// the cache, if that is dearer than plain input. For the usual few minutes, that is: we never
  /// ask for an hour. A provider that keeps something for an hour all the same can ask for more
  /// than this, and the excess is the house's.
  public NanoUsd worstCase(long inputTokensMax, long outputTokensMax) {
    return new NanoUsd(
        Math.ceilDiv(
            Math.addExact(
                Math.multiplyExact(inputTokensMax, dearestInput()),
                Math.multiplyExact(outputTokensMax, outputNanosPerMillion)),
            TOKENS_PER_PRICE));
  }

  /// The most output tokens that a call with this much input can be given out of an amount;
  /// negative if not even the input fits, [Long#MAX_VALUE] if output is free.
  long outputTokensWithin(NanoUsd amount, long inputTokensMax) {
    long rest =
        Math.subtractExact(
            Math.multiplyExact(amount.nanos(), TOKENS_PER_PRICE),
            Math.multiplyExact(inputTokensMax, dearestInput()));
    if (rest < 0) {
      return -1;
    }
    return outputNanosPerMillion == 0 ? Long.MAX_VALUE : rest / outputNanosPerMillion;
  }

  private long dearestInput() {
    return Math.max(inputNanosPerMillion, cacheWriteNanosPerMillion);
  }
}
