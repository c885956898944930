package dev.pennyworth.connectors.slack;

import com.google.gson.JsonParseException;
import com.slack.api.Slack;
import com.slack.api.SlackConfig;
import com.slack.api.methods.MethodsClient;
import com.slack.api.methods.SlackApiException;
import com.slack.api.methods.SlackApiTextResponse;
import com.slack.api.methods.request.apps.connections.AppsConnectionsOpenRequest;
import com.slack.api.methods.request.auth.AuthTestRequest;
import com.slack.api.methods.request.chat.ChatPostMessageRequest;
import com.slack.api.methods.response.auth.AuthTestResponse;
import com.slack.api.methods.response.chat.ChatPostMessageResponse;
import com.slack.api.util.http.SlackHttpClient;
import dev.pennyworth.agentloop.SecretText;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/// Calls Slack's Web API for all bots: one client, the token by call. Blocks for a bounded time,
/// and retries nothing.
public final class SlackApi {
  private final MethodsClient methods;

  /// @param url empty for Slack's own
  public SlackApi(Optional<URI> url, HttpSlackTransport transport) {
    var config = new SlackConfig();
    // It would count calls on threads of its own, and log requests with their tokens.
    config.setStatsEnabled(false);
    config.setHttpClientResponseHandlers(List.of());
    url.ifPresent(at -> config.setMethodsEndpointUrlPrefix(methodsAt(at)));
    this.methods = Slack.getInstance(config, new SlackHttpClient(transport.client())).methods();
  }

  /// The library's own setting ends with `/api/`, and so may the operator's.
  private static String methodsAt(URI url) {
    var address = url.toString().replaceAll("/+$", "");
    return address.endsWith("/api") ? address + "/" : address + "/api/";
  }

  /// Whose token it is.
  AuthTestResponse whoIs(SecretText token) throws SlackFailure {
    return call(() -> methods.authTest(AuthTestRequest.builder().token(token.reveal()).build()));
  }

  /// Posts a message.
  ChatPostMessageResponse post(
      SecretText token, ChatPostMessageRequest.ChatPostMessageRequestBuilder message)
      throws SlackFailure {
    return call(() -> methods.chatPostMessage(message.token(token.reveal()).build()));
  }

  /// Where a Socket Mode connection may be opened, once. The address is a secret.
  URI openSocket(SecretText appToken) throws SlackFailure {
    var opened =
        call(() ->
            methods.appsConnectionsOpen(
                AppsConnectionsOpenRequest.builder().token(appToken.reveal()).build()));
    try {
      return URI.create(String.valueOf(opened.getUrl()));
    } catch (IllegalArgumentException _) {
      throw SlackFailure.unknown();
    }
  }

  private interface Call<T> {
    T make() throws IOException, SlackApiException;
  }

  private static <T extends SlackApiTextResponse> T call(Call<T> call) throws SlackFailure {
    T response;
    try {
      response = call.make();
    } catch (IOException e) {
      throw failure(e);
    } catch (SlackApiException | JsonParseException _) {
      throw SlackFailure.unknown();
    } catch (IllegalArgumentException _) {
      throw SlackFailure.answered("invalid_auth", ""); // no header can carry such a token
    }
    if (response.isOk()) {
      return response;
    }
    throw SlackFailure.answered(
        Optional.ofNullable(response.getError()).orElse("no reason given"),
        Optional.ofNullable(response.getNeeded()).orElse(""));
  }

  private static SlackFailure failure(IOException thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      switch (cause) {
        case HttpSlackTransport.TooFast slow -> {
          return SlackFailure.tooFast(slow.retryAfter());
        }
        case HttpSlackTransport.Broken broken -> {
          return SlackFailure.broken(String.valueOf(broken.getMessage()));
        }
        case HttpSlackTransport.NotReached _ -> {
          return SlackFailure.notReached();
        }
        default -> {}
      }
    }
    return SlackFailure.unknown();
  }
}
