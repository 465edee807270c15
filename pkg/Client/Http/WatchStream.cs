using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Kube1.Api.Errors;

namespace Kube1.Client.Http;

/// <summary>
/// Cuts the body of a watch into events. The bytes are read in place from the pipe: an event is found by walking its
/// JSON,
/// and only its object part is handed to the codec.
/// </summary>
internal static class WatchStream
{
    /// <summary>Twice upstream's request limit of 3 MiB, with room for what the server adds.</summary>
    private const int MaxEventBytes = 8 * 1024 * 1024;

    private const int ReadBytes = 32 * 1024;

    public static async IAsyncEnumerable<WatchEvent<T>> ReadAsync<T>(
        Stream body, ObjectCodec<T> codec, [EnumeratorCancellation] CancellationToken ct)
        where T : class
    {
        var pipe = PipeReader.Create(body, new StreamPipeReaderOptions(bufferSize: ReadBytes, leaveOpen: true));
        try
        {
            while (true)
            {
                var read = await pipe.ReadAsync(ct).ConfigureAwait(false);
                var rest = read.Buffer;
                while (TryCut(ref rest, out var type, out var obj))
                {
                    yield return Decode(type, obj, codec);
                }

                if (rest.Length > MaxEventBytes)
                {
                    throw new InvalidDataException($"a watch event is larger than {MaxEventBytes} bytes");
                }

                pipe.AdvanceTo(rest.Start, rest.End);

                // What is left of a cut-off event is dropped: the watch goes on after the last whole one.
                if (read.IsCompleted)
                {
                    yield break;
                }
            }
        }
        finally
        {
            await pipe.CompleteAsync().ConfigureAwait(false);
        }
    }

    private static bool TryCut(ref ReadOnlySequence<byte> buffer, out string type, out ReadOnlySequence<byte> obj)
    {
        type = "";
        obj = default;
        var reader = new Utf8JsonReader(buffer, isFinalBlock: false, default);
        if (!reader.Read())
        {
            return false;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new InvalidDataException("a watch event is no JSON object");
        }

        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndObject)
            {
                buffer = buffer.Slice(reader.Position);
                return true;
            }

            var isType = reader.ValueTextEquals("type"u8);
            var isObject = reader.ValueTextEquals("object"u8);
            if (!reader.Read())
            {
                return false;
            }

            var start = reader.TokenStartIndex;
            if (isType && reader.TokenType == JsonTokenType.String)
            {
                type = reader.GetString()!;
            }

            if (!reader.TrySkip())
            {
                return false;
            }

            if (isObject)
            {
                obj = buffer.Slice(start, reader.BytesConsumed - start);
            }
        }

        return false;
    }

    private static WatchEvent<T> Decode<T>(string type, in ReadOnlySequence<byte> obj, ObjectCodec<T> codec)
        where T : class
    {
        var length = (int)obj.Length;
        byte[]? rented = null;
        try
        {
            ReadOnlySpan<byte> bytes;
            if (obj.IsSingleSegment)
            {
                bytes = obj.FirstSpan;
            }
            else
            {
                rented = ArrayPool<byte>.Shared.Rent(length);
                obj.CopyTo(rented);
                bytes = rented.AsSpan(0, length);
            }

            return type switch
            {
                "ADDED" => new(WatchEventType.Added, codec.Read(bytes)),
                "MODIFIED" => new(WatchEventType.Modified, codec.Read(bytes)),
                "DELETED" => new(WatchEventType.Deleted, codec.Read(bytes)),
                "BOOKMARK" => new(WatchEventType.Bookmark, codec.Read(bytes)),
                "ERROR" => throw Error(bytes),
                _ => throw new InvalidDataException($"a watch event has the unknown type \"{type}\""),
            };
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    private static ApiException Error(ReadOnlySpan<byte> bytes) => StatusReader.TryParse(bytes) is { } status
        ? new ApiException(status)
        : ApiErrors.Internal("the watch ended with an error that is no Status");
}
