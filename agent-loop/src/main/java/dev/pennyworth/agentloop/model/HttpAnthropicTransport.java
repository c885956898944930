package dev.pennyworth.agentloop.model;

import com.anthropic.core.RequestOptions;
import com.anthropic.core.http.Headers;
import com.anthropic.core.http.HttpClient;
import com.anthropic.core.http.HttpRequest;
import com.anthropic.core.http.HttpRequestBody;
import com.anthropic.core.http.HttpResponse;
import com.anthropic.errors.AnthropicIoException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/// Carries the requests of Anthropic's SDK over an OkHttp of ours: the SDK's own would not take one
/// that is made elsewhere, and so none of [HttpModelConnections]' bounds.
final class HttpAnthropicTransport implements HttpClient {
  private final OkHttpClient http;

  HttpAnthropicTransport(OkHttpClient http) {
    this.http = http;
  }

  /// Blocks until the answer's headers are there. Its body is still to be read.
  @Override
  public HttpResponse execute(HttpRequest request, RequestOptions options) {
    try {
      return new Answer(within(options).newCall(written(request)).execute());
    } catch (IOException e) {
      throw new AnthropicIoException("the request failed", e);
    }
  }

  @Override
  public CompletableFuture<HttpResponse> executeAsync(HttpRequest request, RequestOptions options) {
    throw new UnsupportedOperationException("calls block, on virtual threads");
  }

  private OkHttpClient within(RequestOptions options) {
    var client = http.newBuilder();
    options
        .timeout()
        .ifPresent(timeout ->
            client
                .connectTimeout(timeout.connect())
                .readTimeout(timeout.read())
                .writeTimeout(timeout.write())
                .callTimeout(timeout.request()));
    return client.build();
  }

  private static Request written(HttpRequest request) {
    var written = new Request.Builder().url(request.url());
    for (String name : request.headers().names()) {
      request.headers().values(name).forEach(value -> written.addHeader(name, value));
    }
    return written
        .method(request.method().name(), request.body().map(one -> body(one)).orElse(null))
        .build();
  }

  private static RequestBody body(HttpRequestBody body) {
    try (body) {
      var bytes = new ByteArrayOutputStream();
      body.writeTo(bytes);
      return RequestBody.create(bytes.toByteArray(), MediaType.get("application/json"));
    }
  }

  /// Whoever made the OkHttp closes it.
  @Override
  public void close() {}

  private record Answer(Response response) implements HttpResponse {
    @Override
    public int statusCode() {
      return response.code();
    }

    @Override
    public Headers headers() {
      var headers = Headers.builder();
      response.headers().forEach(header -> headers.put(header.getFirst(), header.getSecond()));
      return headers.build();
    }

    @Override
    public InputStream body() {
      return response.body().byteStream();
    }

    @Override
    public void close() {
      response.close();
    }
  }
}
