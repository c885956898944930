package dev.pennyworth.botsapi.http;

import dev.pennyworth.agentloop.RateState;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.RateHeaders;
import io.micronaut.http.MutableHttpResponse;
import java.util.Optional;
import java.util.function.Supplier;

/// The limits that one request counts in. Its answer, good or bad, tells of the one that leaves
/// least.
public final class RateTally {
  private final JdbcPublicRates rates;
  private Optional<RateState> tightest = Optional.empty();

  public RateTally(JdbcPublicRates rates) {
    this.rates = rates;
  }

  /// Counts the request once more, as [JdbcPublicRates#count].
  ///
  /// @throws HttpFailure 429 if this is one too many
  public void count(String subject, int perMinute, String what) {
    var state = rates.count(subject, perMinute, what);
    tightest =
        tightest
            .filter(known -> known.remaining() <= state.remaining())
            .or(() -> Optional.of(state));
  }

  /// The answer of `work`, with the headers.
  public <T> MutableHttpResponse<T> on(Supplier<MutableHttpResponse<T>> work) {
    try {
      var answer = work.get();
      tightest.ifPresent(state -> RateHeaders.add(answer, state));
      return answer;
    } catch (HttpFailure failure) {
      throw tightest.map(state -> RateHeaders.with(failure, state)).orElse(failure);
    }
  }
}
