using System.Text.Json;

namespace Kube1.Api.Json;

/// <summary>
/// Numbers as elements, the common ones parsed once: each element keeps a document of its own, and objects are full of the
/// same ports, seconds and counts. What falls on a place takes it over, so that the table stays as small as it is.
/// </summary>
internal static class SharedNumbers
{
    private const int Places = 1024;

    private static readonly Known?[] Table = new Known?[Places];

    /// <summary>The number at the reader, with the text that it has there.</summary>
    public static JsonElement Read(ref Utf8JsonReader reader)
    {
        // Others than these can be written in more than one way: -0, 1e3.
        if (reader.ValueSpan.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0 || !reader.TryGetInt32(out var number))
        {
            return JsonElement.ParseValue(ref reader);
        }

        ref var place = ref Table[number % Places];
        var known = place;
        if (known is null || known.Number != number)
        {
            known = new Known(number, JsonElement.ParseValue(ref reader));
            place = known;
        }

        return known.Element;
    }

    private sealed record Known(int Number, JsonElement Element);
}
