package dev.pennyworth.connectors.whatsapp;

import java.util.LinkedHashMap;
import java.util.Map;

/// A place on WhatsApp: the chat with a person, or a group.
///
/// @param id a number, Meta's id of a person without one, or that of a group
record WhatsAppChat(boolean isGroup, String id) {
  private static final String GROUP = "group/";

  /// How a conversation names it.
  String channelId() {
    return isGroup ? GROUP + id : id;
  }

  static WhatsAppChat ofChannel(String channelId) {
    return channelId.startsWith(GROUP)
        ? new WhatsAppChat(true, channelId.substring(GROUP.length()))
        : new WhatsAppChat(false, channelId);
  }

  /// The fields of a message that say where it goes. Who hides his number is a `recipient`.
  Map<String, Object> address() {
    boolean isNumber = id.chars().allMatch(one -> one >= '0' && one <= '9');
    var fields = new LinkedHashMap<String, Object>();
    fields.put("messaging_product", "whatsapp");
    fields.put("recipient_type", isGroup ? "group" : "individual");
    fields.put(isGroup || isNumber ? "to" : "recipient", id);
    return fields;
  }
}
