package dev.pennyworth.agentloop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds servers of models that run on this machine and speak OpenAI's protocol, where such servers
/// listen by default.
///
/// It looks at start and once a minute from then on, since they may be started later; what was
/// found once stays. Each look asks a few ports of loopback for `/v1/models`, all at once and
/// briefly.
public final class HttpLocalServers implements AutoCloseable {
  /// Where servers listen by default.
  public static final List<Place> PLACES =
      List.of(
          new Place("Ollama", 11434),
          new Place("LM Studio", 1234),
          new Place("llama.cpp", 8080),
          new Place("vLLM", 8000));

  private static final Logger LOG = LoggerFactory.getLogger(HttpLocalServers.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(1);
  private static final long PAUSE_SECONDS = 60;
  private static final int ANSWER_BYTES_MAX = 1 << 20;
  private static final int MODELS_MAX = 200;
  private static final int MODEL_CHARACTERS_MAX = 200;

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(TIMEOUT)
          .followRedirects(HttpClient.Redirect.NEVER)
          .executor(Executors.newVirtualThreadPerTaskExecutor())
          .build();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final ConcurrentMap<Integer, Found> found = new ConcurrentHashMap<>();

  /// A port of loopback, and who listens there by default.
  public record Place(String name, int port) {}

  /// A server that answered.
  ///
  /// @param baseUrl what a bot's `base_url` has to be
  /// @param models its names of its models
  public record Found(String name, URI baseUrl, List<String> models) {
    public Found {
      models = List.copyOf(models);
    }
  }

  HttpLocalServers() {}

  /// Looks now and then from now on, and returns at once.
  ///
  /// @param ownPort where Pennyworth itself listens
  public void start(int ownPort) {
    var others = PLACES.stream().filter(place -> place.port() != ownPort).toList();
    Thread.ofVirtual()
        .name("local-servers")
        .start(() -> {
          try {
            do {
              look(others);
            } while (!closed.await(PAUSE_SECONDS, TimeUnit.SECONDS));
          } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
          }
        });
  }

  /// Looks once, for about a second at most.
  public void look(List<Place> places) {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      places.forEach(place -> threads.execute(() -> ask(place).ifPresent(it -> note(place, it))));
    }
  }

  private void note(Place place, Found server) {
    var before = found.put(place.port(), server);
    if (before == null) {
      LOG.info(
          "Found {} on this machine. Bots of the operator's team may use it, free: llm_provider"
              + " custom, base_url {}, llm_model one of {}",
          server.name(),
          server.baseUrl(),
          server.models());
    }
  }

  private Optional<Found> ask(Place place) {
    var baseUrl = URI.create("http://127.0.0.1:" + place.port() + "/v1");
    var request =
        HttpRequest.newBuilder(URI.create(baseUrl + "/models"))
            .timeout(TIMEOUT)
            .header("Accept", "application/json")
            .build();
    try {
      var answer =
          http.send(request, BodyHandlers.limiting(BodyHandlers.ofString(), ANSWER_BYTES_MAX));
      var models = answer.statusCode() == 200 ? models(answer.body()) : List.<String>of();
      return models.isEmpty()
          ? Optional.empty()
          : Optional.of(new Found(place.name(), baseUrl, models));
    } catch (IOException _) {
      return Optional.empty(); // nobody there, or somebody else
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private static List<String> models(String body) {
    var models = new ArrayList<String>();
    try {
      for (JsonNode model : JSON.readTree(body).path("data")) {
        String id = CleanText.of(model.path("id").asText(""));
        if (!id.isBlank() && id.length() <= MODEL_CHARACTERS_MAX && models.size() < MODELS_MAX) {
          models.add(id);
        }
      }
    } catch (JsonProcessingException _) {
      return List.of(); // somebody else
    }
    return models;
  }

  /// All servers found so far, in the order of their ports.
  public List<Found> found() {
    return found.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(Map.Entry::getValue)
        .toList();
  }

  /// Whether it is the address of a server that was found, by number or as `localhost`.
  boolean isFound(URI baseUrl) {
    String written = baseUrl.toString();
    return found.values().stream()
        .map(server -> server.baseUrl().toString())
        .flatMap(url -> Stream.of(url, url.replace("127.0.0.1", "localhost")))
        .anyMatch(url -> written.equals(url) || written.equals(url + "/"));
  }

  @Override
  public void close() {
    closed.countDown();
    http.shutdownNow();
  }
}
