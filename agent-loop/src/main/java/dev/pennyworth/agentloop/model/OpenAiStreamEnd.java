package dev.pennyworth.agentloop.model;

import dev.pennyworth.agentloop.model.HttpOpenAiConnection.End;
import java.util.Optional;

/// Decides what a stream that has ended is worth: an answer, half of one, or none.
///
/// A model that said why it stopped has answered, whatever came after. Without that word an answer
/// is cut if its stream broke, or ended and brought no usage either.
///
/// @param inputParts our own count of the request
record OpenAiStreamEnd(String provider, OpenAiStream stream, InputParts inputParts) {

  ModelReply reply(End end, Optional<String> requestId) {
    return switch (end) {
      case End.Regular _ -> ended(requestId);
      case End.Overlong _ -> broken(requestId);
      case End.ProviderError(var code) ->
          stream.isWritten() ? broken(requestId) : OpenAiFailure.brokenOff(provider, code);
      case End.Broken(var cause) ->
          stream.hasBegun() ? broken(requestId) : OpenAiFailure.silence(provider, cause, true);
    };
  }

  private ModelReply ended(Optional<String> requestId) {
    var read = OpenAiAnswer.read(stream.body(), requestId);
    if (read.isEmpty()) {
      return OpenAiFailure.unusable(provider);
    }
    var answered = read.get();
    return stream.isFinished() || answered.usage().isPresent() ? answered : cut(answered).half();
  }

  private ModelReply broken(Optional<String> requestId) {
    var cut = cut(OpenAiAnswer.read(stream.body(), requestId).orElseThrow());
    return stream.isFinished() ? cut.whole() : cut.half();
  }

  private CutAnswer cut(ModelReply.Answered answered) {
    return new CutAnswer(answered, inputParts.total(), stream.outputTokens());
  }
}
