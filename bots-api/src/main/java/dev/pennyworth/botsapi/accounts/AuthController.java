package dev.pennyworth.botsapi.accounts;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.botsapi.http.JdbcPublicRates;
import dev.pennyworth.botsapi.http.RateTally;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
import dev.pennyworth.connectors.RequestBody;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.function.Function;

/// Registering, signing in, refreshing and signing out.
@Controller("/api/auth")
@Secured(SecurityRule.IS_ANONYMOUS)
@Tag(name = "Accounts")
final class AuthController {
  private static final List<String> CREDENTIALS = List.of("email", "password");
  private static final List<String> TOKEN = List.of("refresh_token");
  private static final int TEXT_LENGTH_MAX = 1_000;

  private final Accounts accounts;
  private final JdbcPublicRates rates;
  private final Json json;

  AuthController(Accounts accounts, JdbcPublicRates rates, Json json) {
    this.accounts = accounts;
    this.rates = rates;
    this.json = json;
  }

  /// What registering and signing in take.
  record Credentials(String email, String password) {}

  /// What refreshing and signing out take.
  record Token(String refreshToken) {}

  /// Makes an account with a team of its own and $5.00 of free credit, and signs in.
  @Post("/register")
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content = @Content(schema = @Schema(implementation = Credentials.class)))
  @ApiResponse(
      responseCode = "201",
      description = "Registered and signed in",
      content = @Content(schema = @Schema(implementation = Accounts.Session.class)))
  HttpResponse<Accounts.Session> register(HttpRequest<byte[]> request) {
    return limited(
        request,
        "register",
        tally -> {
          var body = read(request, CREDENTIALS);
          var email = email(body);
          var password =
              Password.parse(required(body, "password"))
                  .orElseThrow(() -> body.invalid("password", Password.ALLOWED));
          return HttpResponse.created(accounts.register(tally, email, password));
        });
  }

  /// Signs in.
  @Post("/login")
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content = @Content(schema = @Schema(implementation = Credentials.class)))
  HttpResponse<Accounts.Session> login(HttpRequest<byte[]> request) {
    return limited(
        request,
        "login",
        tally -> {
          var body = read(request, CREDENTIALS);
          var email = email(body);
          var password = new SecretText(required(body, "password"));
          return HttpResponse.ok(accounts.login(tally, email, password));
        });
  }

  /// Gives a new access token and the next refresh token for the one that is sent.
  @Post("/refresh")
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content = @Content(schema = @Schema(implementation = Token.class)))
  HttpResponse<Accounts.Session> refresh(HttpRequest<byte[]> request) {
    return limited(
        request,
        "refresh",
        tally -> {
          var body = read(request, TOKEN);
          var token = new SecretText(required(body, "refresh_token"));
          return HttpResponse.ok(accounts.refresh(tally, token));
        });
  }

  /// Signs out: the session of the refresh token in the body, or else that of the access token.
  @Post("/logout")
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content = @Content(schema = @Schema(implementation = Token.class)))
  @ApiResponse(responseCode = "204", description = "Signed out")
  HttpResponse<?> logout(HttpRequest<byte[]> request) {
    return limited(
        request,
        "logout",
        tally -> {
          var token =
              RequestBody.readOptional(json, request.getBody().orElse(new byte[0]), TOKEN)
                  .text("refresh_token", 1, TEXT_LENGTH_MAX);
          var signedIn =
              request.getUserPrincipal(SignedIn.class).filter(who -> who.session().isPresent());
          if (token.isPresent()) {
            accounts.logout(tally, new SecretText(token.get()));
          } else if (signedIn.isPresent()) {
            var who = signedIn.get();
            accounts.logout(tally, who.user(), who.session().orElseThrow());
          } else {
            throw HttpFailure.invalidValue("refresh_token", "refresh_token is required.");
          }
          return HttpResponse.noContent();
        });
  }

  /// Counts a request before it is read, and tells in its answer what is left.
  private <T> HttpResponse<T> limited(
      HttpRequest<byte[]> request,
      String what,
      Function<RateTally, MutableHttpResponse<T>> answer) {
    var tally = new RateTally(rates);
    return tally.on(() -> {
      Accounts.countAddress(tally, what, ClientAddress.of(request));
      return answer.apply(tally);
    });
  }

  private RequestBody read(HttpRequest<byte[]> request, List<String> known) {
    return RequestBody.read(json, request.getBody().orElse(new byte[0]), known);
  }

  private static EmailAddress email(RequestBody body) {
    return EmailAddress.parse(required(body, "email"))
        .orElseThrow(() -> body.invalid("email", EmailAddress.ALLOWED));
  }

  private static String required(RequestBody body, String field) {
    return body.required(field, body.text(field, 1, TEXT_LENGTH_MAX));
  }
}
