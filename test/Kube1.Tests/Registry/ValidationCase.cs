using System.Text.Json.Nodes;

namespace Kube1.Tests.Registry;

/// <summary>
/// One case of a file of testdata. A case begins with "create NAME" or "update NAME[/subresource]", NAME being one of the
/// file's "base NAME PATH JSON" lines. Then come "[path] JSON" lines, merged into the base (RFC 7396); in an update those
/// after "=>" are merged into what the first ones made. Then what is expected: "- field: message" for each cause, in order,
/// "! text" for each warning, "= path JSON" for values in the answer. A case without causes must succeed.
/// </summary>
internal sealed class ValidationCase
{
    public required int Line { get; init; }

    public required string Base { get; init; }

    public required string Subresource { get; init; }

    public required bool IsUpdate { get; init; }

    public List<(string Path, JsonNode? Patch)> First { get; } = [];

    public List<(string Path, JsonNode? Patch)> Second { get; } = [];

    public List<string> Causes { get; } = [];

    public List<string> Warnings { get; } = [];

    public List<(string Path, string Json)> Values { get; } = [];

    public static IReadOnlyList<ValidationCase> Read(string file, Dictionary<string, (string Path, JsonObject Object)> bases)
    {
        var cases = new List<ValidationCase>();
        var isSecond = false;
        foreach (var (text, i) in File.ReadAllLines(file).Select((line, i) => (line.Trim(), i)))
        {
            var (word, rest) = Split(text);
            switch (word)
            {
                case "" or "#":
                    break;
                case "base":
                    var (name, tail) = Split(rest);
                    var (path, json) = Split(tail);
                    bases[name] = (path, JsonNode.Parse(json)!.AsObject());
                    break;
                case "create" or "update":
                    isSecond = false;
                    var parts = rest.Split('/', 2);
                    cases.Add(new ValidationCase
                    {
                        Line = i + 1, IsUpdate = word == "update", Base = parts[0], Subresource = parts.ElementAtOrDefault(1) ?? "",
                    });
                    break;
                case "=>":
                    isSecond = true;
                    break;
                case "-":
                    cases[^1].Causes.Add(rest);
                    break;
                case "!":
                    cases[^1].Warnings.Add(rest);
                    break;
                case "=":
                    cases[^1].Values.Add(Split(rest));
                    break;
                default:
                    var patch = text.StartsWith('{') ? ("", JsonNode.Parse(text)) : (word, JsonNode.Parse(rest));
                    (isSecond ? cases[^1].Second : cases[^1].First).Add(patch);
                    break;
            }
        }

        return cases;
    }

    /// <summary>The object with patches merged in.</summary>
    public static JsonObject Patched(JsonObject obj, IEnumerable<(string Path, JsonNode? Patch)> patches)
    {
        var result = obj.DeepClone().AsObject();
        foreach (var (path, patch) in patches)
        {
            if (path.Length == 0)
            {
                Merge(result, patch!.AsObject());
                continue;
            }

            var steps = path.Split('.');
            JsonNode at = result;
            foreach (var step in steps[..^1])
            {
                at = int.TryParse(step, out var index) ? at[index]! : at[step] ??= new JsonObject();
            }

            var last = steps[^1];
            if (int.TryParse(last, out var item))
            {
                Merge(at[item]!.AsObject(), patch!.AsObject());
            }
            else if (patch is null)
            {
                at.AsObject().Remove(last);
            }
            else if (patch is JsonObject map && at[last] is JsonObject target)
            {
                Merge(target, map);
            }
            else
            {
                at[last] = patch.DeepClone();
            }
        }

        return result;
    }

    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (key, value) in patch)
        {
            if (value is null)
            {
                target.Remove(key);
            }
            else if (value is JsonObject map)
            {
                if (target[key] is not JsonObject inner)
                {
                    target[key] = inner = [];
                }

                Merge(inner, map);
            }
            else
            {
                target[key] = value.DeepClone();
            }
        }
    }

    private static (string First, string After) Split(string text)
    {
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        return space < 0 ? (text, "") : (text[..space], text[(space + 1)..].Trim());
    }
}
