package dev.pennyworth.botsapi.http;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.botsapi.secrets.Binding;
import dev.pennyworth.botsapi.secrets.Sealer;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// Does what a request asks for once for each `Idempotency-Key`.
///
/// The answer is stored in the transaction that does the work: both are there or neither. The row
/// of the key is inserted first, so a second request with the same key waits on the unique index
/// until the first has committed, then answers as it did. A failure rolls all back and leaves the
/// key free.
public final class JdbcIdempotency {
  private static final String HEADER = "Idempotency-Key";
  private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,200}");

  private final Jdbi jdbi;
  private final Sealer sealer;
  private final Json json;
  private final InstantSource clock;

  public JdbcIdempotency(Jdbi jdbi, Sealer sealer, Json json, InstantSource clock) {
    this.jdbi = jdbi;
    this.sealer = sealer;
    this.json = json;
    this.clock = clock;
  }

  /// The answer to a request, from `work` or from the time it was done before.
  ///
  /// @param person whose key it is, such as a user's id: another member's key opens nothing
  /// @param work joins the transaction that it is given; touches nothing outside the database
  /// @throws HttpFailure 409 if the key was used for another request, 422 if it is not a key;
  ///   whatever `work` throws
  public HttpResponse<byte[]> once(
      TeamId team, String person, HttpRequest<byte[]> request, Function<Handle, HttpAnswer> work) {
    var key = key(person, request);
    if (key.isEmpty()) {
      return jdbi.inTransaction(tx -> write(work.apply(tx))).response();
    }
    return once(team, key.get(), hash(request), work).response();
  }

  /// The request's key, kept for this request alone: for work that is done once by a key of its own
  /// and cannot share a transaction. Empty if the request has none.
  ///
  /// @throws HttpFailure 409 if the key was used for another request, 422 if it is not a key
  public Optional<String> keep(TeamId team, String person, HttpRequest<byte[]> request) {
    var key = key(person, request);
    key.ifPresent(it ->
        jdbi.useTransaction(tx -> {
          byte[] hash = hash(request);
          if (!insert(tx, team, it, hash)) {
            requireSame(tx, team, it, hash);
          }
        }));
    return key;
  }

  /// The id of what `work` made, or of what it made the time before: for work that begins in one
  /// transaction and goes on outside of it.
  ///
  /// @param work joins the transaction that it is given; touches nothing outside the database
  /// @throws HttpFailure 409 if the key was used for another request, 422 if it is not a key
  public UUID onceMade(
      TeamId team, String person, HttpRequest<byte[]> request, Function<Handle, UUID> work) {
    var key = key(person, request);
    if (key.isEmpty()) {
      return jdbi.inTransaction(work::apply);
    }
    var made =
        once(team, key.get(), hash(request), tx -> HttpAnswer.created(work.apply(tx).toString()));
    return UUID.fromString(made.json().replace("\"", ""));
  }

  private static Optional<String> key(String person, HttpRequest<byte[]> request) {
    var key = Optional.ofNullable(request.getHeaders().get(HEADER));
    key.ifPresent(JdbcIdempotency::requireKey);
    return key.map(it -> person + "/" + it);
  }

  private static void requireKey(String key) {
    if (!KEY.matcher(key).matches()) {
      throw HttpFailure.invalidValue(
          HEADER,
          HEADER + " must be 1 to 200 visible ASCII characters.",
          "1-200 visible ASCII characters");
    }
  }

  private Written once(
      TeamId team, String key, byte[] requestHash, Function<Handle, HttpAnswer> work) {
    return jdbi.inTransaction(tx -> {
      if (!insert(tx, team, key, requestHash)) {
        return replay(tx, team, key, requestHash);
      }
      var answer = write(work.apply(tx));
      store(tx, team, key, answer);
      return answer;
    });
  }

  private boolean insert(Handle tx, TeamId team, String key, byte[] requestHash) {
    return tx.createUpdate(
                """
                INSERT INTO idempotent_answer (team_id, key, request_hash, status, sealed_answer, created_at)
                VALUES (:team, :key, :hash, 0, '', :now)
                ON CONFLICT DO NOTHING
                """)
            .bind("team", team.uuid())
            .bind("key", key)
            .bind("hash", requestHash)
            .bind("now", clock.instant())
            .execute()
        == 1;
  }

  private void store(Handle tx, TeamId team, String key, Written answer) {
    tx.createUpdate(
            """
            UPDATE idempotent_answer
            SET status = :status, sealed_answer = :sealed
            WHERE team_id = :team AND key = :key
            """)
        .bind("status", answer.status())
        .bind("sealed", sealer.seal(binding(team, key), new SecretText(answer.json())))
        .bind("team", team.uuid())
        .bind("key", key)
        .execute();
  }

  private Written replay(Handle tx, TeamId team, String key, byte[] requestHash) {
    requireSame(tx, team, key, requestHash);
    return tx.createQuery(
            """
            SELECT status, sealed_answer
            FROM idempotent_answer
            WHERE team_id = :team AND key = :key
            """)
        .bind("team", team.uuid())
        .bind("key", key)
        .map((row, _) ->
            new Written(
                row.getInt(1), sealer.openText(binding(team, key), row.getBytes(2)).reveal()))
        .one();
  }

  private static void requireSame(Handle tx, TeamId team, String key, byte[] requestHash) {
    boolean isSame =
        tx.createQuery(
                """
                SELECT request_hash = :hash
                FROM idempotent_answer
                WHERE team_id = :team AND key = :key
                """)
            .bind("hash", requestHash)
            .bind("team", team.uuid())
            .bind("key", key)
            .mapTo(Boolean.class)
            .one();
    if (!isSame) {
      throw HttpFailure.conflict(
          "idempotency_key_reused",
          "This Idempotency-Key was used for another request. Use a new key for a new request.");
    }
  }

  private Written write(HttpAnswer answer) {
    var json = answer.body().map(this.json::write).orElse(new byte[0]);
    return new Written(answer.status(), new String(json, StandardCharsets.UTF_8));
  }

  private static Binding binding(TeamId team, String key) {
    return Binding.of("idempotent_answer", team.toString(), key);
  }

  private static byte[] hash(HttpRequest<byte[]> request) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      for (var part : new String[] {request.getMethodName(), request.getUri().toString()}) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        digest.update(bytes);
      }
      return digest.digest(request.getBody().orElse(new byte[0]));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private record Written(int status, String json) {
    HttpResponse<byte[]> response() {
      return JsonAnswers.of(status, json.getBytes(StandardCharsets.UTF_8));
    }
  }
}
