package dev.pennyworth.connectors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.pennyworth.agentloop.ConversationId;
import dev.pennyworth.agentloop.MessageId;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.HoldId;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.TurnId;
import dev.pennyworth.billing.TxnId;
import java.io.IOException;
import java.util.List;

/// The one way in which JSON is read and written: snake_case, numbers exact and never in scientific
/// notation, times in ISO-8601 UTC, money in cents, ids in their written form, nothing left out.
public final class Json {
  private static final int NESTING_MAX = 64;
  private static final int NUMBER_LENGTH_MAX = 100;

  private final ObjectMapper mapper;

  public Json(ObjectMapper mapper) {
    this.mapper = mapper;
  }

  /// The mapper that the whole server uses.
  ///
  /// @param ids further id types, written by their `toString`
  public static ObjectMapper mapper(List<Class<?>> ids) {
    var limits =
        StreamReadConstraints.builder()
            .maxNestingDepth(NESTING_MAX)
            .maxNumberLength(NUMBER_LENGTH_MAX)
            .build();
    var factory = JsonFactory.builder().streamReadConstraints(limits).build();
    return JsonMapper.builder(factory)
        .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
        .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
        .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
        .nodeFactory(new BoundedNumbers())
        .addModules(new Jdk8Module(), new JavaTimeModule(), ourTypes(ids))
        .build();
  }

  private static SimpleModule ourTypes(List<Class<?>> ids) {
    var module = new SimpleModule("pennyworth");
    module.addSerializer(NanoUsd.class, new CentsSerializer());
    List.of(
            TeamId.class,
            BotId.class,
            HoldId.class,
            TurnId.class,
            TxnId.class,
            ConversationId.class,
            MessageId.class,
            SecretText.class)
        .forEach(type -> module.addSerializer(type, ToStringSerializer.instance));
    ids.forEach(type -> module.addSerializer(type, ToStringSerializer.instance));
    return module;
  }

  /// The value as UTF-8 JSON.
  public byte[] write(Object value) {
    try {
      return mapper.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an answer cannot be written as JSON", e);
    }
  }

  /// The tree of a JSON text.
  ///
  /// @throws IOException if it is not one; its message is not for people outside
  public JsonNode read(byte[] json) throws IOException {
    try {
      return mapper.readTree(json);
    } catch (ArithmeticException | NumberFormatException e) {
      throw new IOException("a number is too large or too small", e);
    }
  }
}
