using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using Kube1.Testing;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Registry;

/// <summary>
/// Validation, defaults and warnings of the core group and of definitions as clients see them: the cases of testdata/*.txt
/// through a running server, one for a whole file. See <see cref="ValidationCase"/> for how a case reads.
/// </summary>
public sealed class CoreValidationTests
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What the message of a cause begins with, by its reason.</summary>
    private static readonly Dictionary<string, string[]> Beginnings = new()
    {
        ["FieldValueRequired"] = ["Required value"],
        ["FieldValueInvalid"] = ["Invalid value: "],
        ["FieldValueTypeInvalid"] = ["Invalid value: "],
        ["FieldValueForbidden"] = ["Forbidden: "],
        ["FieldValueNotSupported"] = ["Unsupported value: "],
        ["FieldValueDuplicate"] = ["Duplicate value: "],
        ["FieldValueNotFound"] = ["Not found: "],
        ["FieldValueTooLong"] = ["Too long: "],
        ["FieldValueTooMany"] = ["Too many: "],
    };

    /// <summary>How often controllers write a new object's status at the most.</summary>
    private const int MostStatusWrites = 4;

    private readonly Dictionary<string, (string Path, JsonObject Object)> _bases = [];
    private TestCluster _cluster = null!;
    private int _made;

    [SetUp]
    public async Task SetUp() => _cluster = await TestCluster.StartAsync();

    [TearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [TestCase("core-pods.txt")]
    [TestCase("core-containers.txt")]
    [TestCase("core-volumes.txt")]
    [TestCase("core-pod-updates.txt")]
    [TestCase("core-services.txt")]
    [TestCase("core-storage.txt")]
    [TestCase("core-others.txt")]
    [TestCase("core-defaults.txt")]
    [TestCase("core-warnings.txt")]
    [TestCase("definitions.txt")]
    [TestCase("definition-schemas.txt")]
    [TestCase("definition-updates.txt")]
    public async Task Request_Case_AnswersAsUpstream(string file)
    {
        var wrong = new StringBuilder();
        foreach (var row in ValidationCase.Read(Path.Combine(Folder(), file), _bases))
        {
            await RunAsync(row, wrong);
        }

        Assert.That(wrong.ToString(), Is.Empty);
    }

    private async Task RunAsync(ValidationCase row, StringBuilder wrong)
    {
        var (path, baseObject) = _bases[row.Base];
        var obj = ValidationCase.Patched(baseObject, row.First);
        var meta = obj["metadata"] as JsonObject ?? [];
        obj["metadata"] ??= meta;
        if (meta["name"] is null && meta["generateName"] is null)
        {
            meta["name"] = string.Create(CultureInfo.InvariantCulture, $"c{_made++}");
        }

        var answer = await SendAsync("POST", path, obj);
        if (row.IsUpdate)
        {
            if (answer.Code != 201)
            {
                wrong.AppendLine(CultureInfo.InvariantCulture, $"line {row.Line}: not created: {answer.Body.ToJsonString(Plain)}");
                return;
            }

            answer = await UpdateAsync(row, path, answer.Body);
        }

        Compare(row, answer, wrong);
    }

    // A stored object carries its resourceVersion: the update is of what was just made. Where a controller has written
    // too meanwhile (a definition's status), it is of the newer state, as clients do it.
    private async Task<(int Code, JsonObject Body, List<string> Warnings)> UpdateAsync(
        ValidationCase row, string path, JsonObject made)
    {
        var subresource = row.Subresource.Length == 0 ? "" : "/" + row.Subresource;
        var address = $"{path}/{made.Text("metadata.name")}";
        var current = made;
        for (var writes = 0; ; writes++)
        {
            var answer = await SendAsync("PUT", address + subresource, ValidationCase.Patched(current, row.Second));
            if (answer.Code != 409 || writes == MostStatusWrites)
            {
                return answer;
            }

            current = (await _cluster.Http.SendAsync("GET", address)).Body;
        }
    }

    private static void Compare(
        ValidationCase row, (int Code, JsonObject Body, List<string> Warnings) answer, StringBuilder wrong)
    {
        var causes = answer.Body["details"]?["causes"] as JsonArray ?? [];
        var seen = causes.Select(c => $"{c!["field"]}: {c["message"]}".Replace("\n", "\\n", StringComparison.Ordinal)).ToList();
        if (answer.Code is not (200 or 201 or 422))
        {
            seen = [answer.Body.Text("message")];
        }

        var lines = new List<string>();
        if (!seen.SequenceEqual(row.Causes))
        {
            lines.AddRange(seen.Select(text => "  - " + text));
            lines.Add($"  ({answer.Code})");
        }

        foreach (var cause in causes)
        {
            var (reason, message) = ((string)cause!["reason"]!, (string)cause["message"]!);
            if (!Beginnings[reason].Any(start => message.StartsWith(start, StringComparison.Ordinal)))
            {
                lines.Add($"  reason {reason}: {message}");
            }
        }

        if (row.Causes.Count == 0 && !answer.Warnings.SequenceEqual(row.Warnings))
        {
            lines.AddRange(answer.Warnings.Select(text => "  ! " + text).DefaultIfEmpty("  no warnings"));
        }

        foreach (var (path, json) in row.Values)
        {
            var value = At(answer.Body, path);
            if (!JsonNode.DeepEquals(value, JsonNode.Parse(json)))
            {
                lines.Add($"  = {path} {value?.ToJsonString(Plain) ?? "null"}");
            }
        }

        if (lines.Count > 0)
        {
            wrong.AppendLine(CultureInfo.InvariantCulture, $"line {row.Line}:").AppendJoin('\n', lines).AppendLine();
        }
    }

    private static JsonNode? At(JsonNode? node, string path) => path.Split('.').Aggregate(
        node, (at, step) => int.TryParse(step, out var index) && at is JsonArray list
            ? list.ElementAtOrDefault(index)
            : (at as JsonObject)?[step]);

    private static string Folder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Kube1.sln")))
        {
            folder = folder.Parent!;
        }

        return Path.Combine(folder.FullName, "test", "Kube1.Tests", "Registry", "testdata");
    }

    private async Task<(int Code, JsonObject Body, List<string> Warnings)> SendAsync(string method, string path, JsonObject obj)
    {
        using var response = await _cluster.Http.SendRawAsync(method, path, obj.ToJsonString());
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();
        var warnings = response.Headers.TryGetValues("Warning", out var values) ? values.Select(Unquoted).ToList() : [];
        return ((int)response.StatusCode, body, warnings);
    }

    // 299 - "text"
    private static string Unquoted(string header) => header[(header.IndexOf('"', StringComparison.Ordinal) + 1)..^1]
        .Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
}
