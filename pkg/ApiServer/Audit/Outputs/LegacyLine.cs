using System.Buffers;
using System.Text;
using System.Text.Json;
using Kube1.Api.Json;
using Kube1.ApiServer.Http;

namespace Kube1.ApiServer.Audit.Outputs;

/// <summary>An event as one line of text: the format "legacy", and how the server's own log names events that were lost.</summary>
internal static class LegacyLine
{
    /// <summary>Writes the line of an event's JSON, without a line break.</summary>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> json) =>
        output.Write(Encoding.UTF8.GetBytes(Of(json)));

    /// <summary>The line.</summary>
    public static string Of(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = ResponseBody.ParseOptions.MaxDepth });
        using var document = JsonDocument.ParseValue(ref reader);
        var audited = document.RootElement;
        var user = Member(audited, "user");
        var name = Text(user, "username");
        var other = Member(audited, "impersonatedUser");
        var addresses = Member(audited, "sourceIPs");
        var response = Member(audited, "responseStatus");
        var code = response is { } status ? Member(status, "code")?.GetInt32() ?? 0 : 0;
        return $"{TimeOf(audited)} AUDIT: id={Quoted(audited, "auditID")} stage={Quoted(audited, "stage")} "
            + $"ip={GoText.Quote(addresses?[0].GetString() ?? "<unknown>")} method={Quoted(audited, "verb")} "
            + $"user={GoText.Quote(name.Length > 0 ? name : "<none>")} "
            + $"groups={GoText.Quote(name.Length > 0 ? Groups(user, "<none>") : "<none>")} "
            + $"as={GoText.Quote(other is null ? "<self>" : Text(other, "username"))} "
            + $"asgroups={GoText.Quote(Groups(other, "<lookup>"))} user-agent={Quoted(audited, "userAgent")} "
            + $"namespace={GoText.Quote(NamespaceOf(audited))} uri={Quoted(audited, "requestURI")} "
            + $"response=\"{(response is null ? "<deferred>" : code)}\"";
    }

    private static JsonElement? Member(JsonElement? obj, string name) =>
        obj is { } parent && parent.TryGetProperty(name, out var value) ? value : null;

    private static string Text(JsonElement? obj, string name) => Member(obj, name)?.GetString() ?? "";

    private static string Quoted(JsonElement audited, string name) => GoText.Quote(Text(audited, name));

    private static string Groups(JsonElement? user, string none) => Member(user, "groups") is { } groups
        ? string.Join(',', groups.EnumerateArray().Select(g => GoText.Quote(g.GetString() ?? "")))
        : none;

    private static string NamespaceOf(JsonElement audited) =>
        Text(Member(audited, "objectRef"), "namespace") is { Length: > 0 } ns ? ns : "<none>";

    // RFC3339Nano: without the zeros at the end.
    private static string TimeOf(JsonElement audited) =>
        Text(audited, "requestReceivedTimestamp").TrimEnd('Z').TrimEnd('0').TrimEnd('.') + "Z";
}
