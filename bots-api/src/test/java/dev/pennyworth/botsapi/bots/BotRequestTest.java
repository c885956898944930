package dev.pennyworth.botsapi.bots;

import static org.assertj.core.api.Assertions.assertThat;

import io.micronaut.core.naming.NameUtils;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class BotRequestTest {
  @Test
  void theOpenApiDocumentNamesTheFieldsThatAreRead() {
    var read = new ArrayList<>(BotFields.SETTINGS);
    read.addAll(BotFields.LIMITS);
    read.addAll(BotFields.SECRETS);

    assertThat(names(BotRequest.class)).containsExactlyInAnyOrderElementsOf(read);
    assertThat(names(BotRequest.LlmConfig.class))
        .containsExactlyInAnyOrderElementsOf(BotFields.LLM_CONFIG);
  }

  private static List<String> names(Class<? extends Record> type) {
    return Arrays.stream(type.getRecordComponents())
        .map(RecordComponent::getName)
        .map(name -> NameUtils.underscoreSeparate(name).toLowerCase(Locale.ROOT))
        .toList();
  }
}
