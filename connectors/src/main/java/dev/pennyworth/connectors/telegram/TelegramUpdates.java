package dev.pennyworth.connectors.telegram;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.Serial;
import java.util.ArrayList;
import java.util.List;
import org.telegram.telegrambots.meta.api.methods.updates.GetUpdates;
import org.telegram.telegrambots.meta.api.objects.Update;
import org.telegram.telegrambots.meta.exceptions.TelegramApiRequestException;

/// Asks for updates, and waits for some. One that cannot be read is an update without a content:
/// the library would fail on all of them, again and again.
final class TelegramUpdates extends GetUpdates {
  @Serial private static final long serialVersionUID = 1;

  private static final int ROWS_MAX = 100;

  /// @param offset the first to get, and all before it are forgotten; 0 for all there are
  TelegramUpdates(int offset, int timeoutSeconds) {
    super(offset == 0 ? null : offset, ROWS_MAX, timeoutSeconds, List.of("message"));
  }

  @Override
  @SuppressWarnings("NonApiType") // the library's
  public ArrayList<Update> deserializeResponse(String answer) throws TelegramApiRequestException {
    var updates = new ArrayList<Update>();
    for (var update : result(answer)) {
      if (update.path("update_id").canConvertToInt()) {
        updates.add(update(update));
      }
    }
    return updates;
  }

  /// What is no good answer, the library reads.
  private JsonNode result(String answer) throws TelegramApiRequestException {
    try {
      var read = TelegramApi.MAPPER.readTree(answer);
      if (read.path("ok").asBoolean() && read.path("result").isArray()) {
        return read.path("result");
      }
    } catch (JsonProcessingException e) {
      throw new TelegramApiRequestException("Unable to deserialize response", e);
    }
    super.deserializeResponse(answer);
    throw new TelegramApiRequestException("There is no list of updates");
  }

  /// An update; without a content if it is none that can be read.
  static Update update(JsonNode update) {
    if (!update.isObject()) {
      return new Update();
    }
    try {
      return TelegramApi.MAPPER.treeToValue(TelegramGaps.filled(update), Update.class);
    } catch (JsonProcessingException _) {
      var unreadable = new Update();
      unreadable.setUpdateId(update.path("update_id").intValue());
      return unreadable;
    }
  }
}
