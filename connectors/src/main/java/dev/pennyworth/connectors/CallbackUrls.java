package dev.pennyworth.connectors;

/// Who knows which addresses answers may be posted to. Answered by the module that posts them.
public interface CallbackUrls {
  /// May look up a host's name, so it is called outside transactions.
  ///
  /// @param field where the address stands in the request
  /// @throws HttpFailure 422 if it may not be called
  void require(String field, String url);
}
