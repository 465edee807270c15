namespace Kube1.Api.Patches;

/// <summary>A JSON Pointer (RFC 6901): the way from the root to a value.</summary>
internal sealed class JsonPointer
{
    private JsonPointer(string[] steps) => Steps = steps;

    public IReadOnlyList<string> Steps { get; }

    public bool IsRoot => Steps.Count == 0;

    /// <summary>Reads a pointer; null when it does not begin with a slash.</summary>
    public static JsonPointer? TryParse(string text)
    {
        if (text.Length == 0)
        {
            return new JsonPointer([]);
        }

        return text[0] == '/' ? new JsonPointer([.. text[1..].Split('/').Select(Unescape)]) : null;
    }

    /// <summary>Whether the other pointer leads to this value or into it.</summary>
    public bool Contains(JsonPointer other) =>
        other.Steps.Count >= Steps.Count && Steps.SequenceEqual(other.Steps.Take(Steps.Count));

    private static string Unescape(string step) => step
        .Replace("~1", "/", StringComparison.Ordinal)
        .Replace("~0", "~", StringComparison.Ordinal);
}
