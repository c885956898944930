package dev.pennyworth.connectors;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A request that is answered with an error. Thrown anywhere below a controller; the edge writes it
/// as `{"error":{"code","type","message","details"}}`.
///
/// The message and the details are for people outside: no class names, no parser texts, no secrets.
public final class HttpFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final String code;
  private final Map<String, @Nullable Object> details;
  private final Map<String, String> headers;

  /// An error of any kind; prefer the factories below.
  ///
  /// @param status 400-599
  /// @param code what programs tell this error by, such as `unknown_field`
  /// @param message one or two sentences: what is wrong, and what to do
  public HttpFailure(int status, String code, String message) {
    this(status, code, message, Map.of(), Map.of());
  }

  private HttpFailure(
      int status,
      String code,
      String message,
      Map<String, @Nullable Object> details,
      Map<String, String> headers) {
    super(message, null, false, false);
    if (status < 400 || status > 599) {
      throw new IllegalArgumentException("not an error's status: " + status);
    }
    this.status = status;
    this.code = code;
    this.details = details;
    this.headers = headers;
  }

  /// 400: the request cannot be understood.
  public static HttpFailure badRequest(String code, String message) {
    return new HttpFailure(400, code, message);
  }

  /// 400: the body is not the JSON object that it should be.
  public static HttpFailure malformedJson(String message) {
    return new HttpFailure(400, "malformed_json", message);
  }

  /// 400: the body names a field that nobody reads.
  public static HttpFailure unknownField(String field, Collection<String> known) {
    return new HttpFailure(
            400,
            "unknown_field",
            "There is no field '%s' here. Known: %s.".formatted(field, String.join(", ", known)))
        .with("field", field)
        .with("known", List.copyOf(known));
  }

  /// 422: a field is missing or has a value that cannot be.
  public static HttpFailure invalidValue(String field, String message) {
    return new HttpFailure(422, "invalid_value", message).with("field", field);
  }

  /// 422: a field is missing or has a value that cannot be.
  ///
  /// @param allowed what can be: a text such as `1-200`, or a list of words
  public static HttpFailure invalidValue(String field, String message, Object allowed) {
    return invalidValue(field, message).with("allowed", allowed);
  }

  /// 401: nobody is signed in.
  public static HttpFailure unauthorized(String code, String message) {
    return new HttpFailure(401, code, message).withHeader("WWW-Authenticate", "Bearer");
  }

  /// 403: whoever is signed in may not do this.
  public static HttpFailure forbidden(String code, String message) {
    return new HttpFailure(403, code, message);
  }

  /// 404: it does not exist, or it belongs to another team.
  ///
  /// @param thing such as `bot`
  public static HttpFailure notFound(String thing) {
    return new HttpFailure(404, "not_found", "There is no such %s.".formatted(thing));
  }

  /// 409: it contradicts what is there already.
  public static HttpFailure conflict(String code, String message) {
    return new HttpFailure(409, code, message);
  }

  /// 402: no money, or a cap is reached. Name scope, limit, spent, held and remaining in details.
  public static HttpFailure paymentRequired(String code, String message) {
    return new HttpFailure(402, code, message);
  }

  /// 413: the request is larger than what is read.
  public static HttpFailure tooLarge(String message) {
    return new HttpFailure(413, "request_too_large", message);
  }

  /// 429: a rate limit is reached.
  ///
  /// @param limit how many are allowed a window
  /// @param resetsAt when the window ends
  public static HttpFailure tooManyRequests(
      String message, int limit, Instant resetsAt, Instant now) {
    long millis = Math.max(0, Duration.between(now, resetsAt).toMillis());
    long seconds = Math.max(1, Math.ceilDiv(millis, 1000L));
    return new HttpFailure(429, "rate_limited", message)
        .with("scope", "rate_limit")
        .with("period", "minute")
        .with("limit", limit)
        .with("spent", limit)
        .with("held", 0)
        .with("remaining", 0)
        .with("unit", "requests")
        .with("resets_at", resetsAt)
        .with(
            "remedy",
            "Wait until resets_at (Retry-After seconds), then send it again. What was refused was"
                + " not stored and cost nothing.")
        .withHeader("Retry-After", Long.toString(seconds))
        .withHeader("X-RateLimit-Limit", Integer.toString(limit))
        .withHeader("X-RateLimit-Remaining", "0")
        .withHeader("X-RateLimit-Reset", Long.toString(resetsAt.getEpochSecond()));
  }

  /// 503: it would work at another time; trying again is safe.
  public static HttpFailure unavailable(String code, String message, Duration retryAfter) {
    return new HttpFailure(503, code, message)
        .withHeader("Retry-After", Long.toString(Math.max(1, retryAfter.toSeconds())));
  }

  /// The same failure with one more fact in `details`, keyed in snake_case.
  public HttpFailure with(String fact, @Nullable Object value) {
    var more = new LinkedHashMap<String, @Nullable Object>(details);
    more.put(fact, value);
    return new HttpFailure(status, code, message(), more, headers);
  }

  /// The same failure with one more header.
  public HttpFailure withHeader(String name, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new HttpFailure(status, code, message(), details, more);
  }

  public int status() {
    return status;
  }

  public String code() {
    return code;
  }

  /// The group of errors that the status belongs to, such as `invalid_request_error`.
  public String type() {
    return switch (status) {
      case 401 -> "authentication_error";
      case 402 -> "billing_error";
      case 403 -> "permission_error";
      case 404 -> "not_found_error";
      case 409 -> "conflict_error";
      case 429 -> "rate_limit_error";
      default -> status < 500 ? "invalid_request_error" : "api_error";
    };
  }

  public String message() {
    return String.valueOf(getMessage());
  }

  public Map<String, @Nullable Object> details() {
    return details;
  }

  public Map<String, String> headers() {
    return headers;
  }
}
