package dev.pennyworth.agentloop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.junit.jupiter.api.Test;

class HttpStaleConnectionsTest {
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final OkHttpClient http =
      HttpStaleConnections.keepOff(
              HttpOnce.builder(threads, /* callsAtOnceMax= */ 4),
              /* idleMax= */ 4,
              /* idleSecondsMax= */ 60)
          .build();

  @Test
  void aServerOfHttp10IsAskedOnAConnectionOfItsOwnEachTime() throws IOException {
    try (var server = new TestingOldServer("HTTP/1.0")) {
      assertThat(ask(server)).isEqualTo("1");
      assertThat(ask(server)).isEqualTo("2");
      assertThat(server.connections()).isEqualTo(2);
    }
  }

  @Test
  void aConnectionThatTheServerKeepsIsUsedAgain() throws IOException {
    try (var server = new TestingOldServer("HTTP/1.1")) {
      assertThat(ask(server)).isEqualTo("1");
      assertThat(ask(server)).isEqualTo("2");
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  private String ask(TestingOldServer server) throws IOException {
    var request =
        new Request.Builder()
            .url(server.url())
            .post(RequestBody.create("{}", MediaType.get("application/json")))
            .build();
    try (var response = http.newCall(request).execute()) {
      return response.body().string();
    }
  }
}
