using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Json;
using Kube1.Api.Merging;
using Kube1.ApiServer.Extensions.JsonPaths;
using Kube1.ApiServer.Extensions.Schemas;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Extensions.CustomResources;

/// <summary>
/// The columns of kubectl get for a custom resource: its name, and what additionalPrinterColumns say, or its age
/// (k8s.io/apiextensions-apiserver/pkg/registry/customresource/tableconvertor).
/// </summary>
internal static class CustomColumns
{
    private const string AgeDescription = "When the object was created";

    /// <summary>Reads the columns of a version. As upstream, one that cannot be read ends the list.</summary>
    public static IReadOnlyList<PrintColumn> Read(JsonObject version)
    {
        var columns = new List<PrintColumn> { DefaultPrintColumns.Name };
        var additional = version.Items("additionalPrinterColumns").ToList();
        if (additional.Count == 0)
        {
            additional.Add(new JsonObject
            {
                ["name"] = "Age",
                ["type"] = "date",
                ["description"] = AgeDescription,
                ["jsonPath"] = ".metadata.creationTimestamp",
            });
        }

        foreach (var column in additional)
        {
            if (!JsonPath.TryParse(column.Text("jsonPath"), out var path))
            {
                break;
            }

            columns.Add(Of(column, path));
        }

        return columns;
    }

    private static PrintColumn Of(JsonObject column, JsonPath path)
    {
        var type = column.Text("type");
        var description = column.Text("description") is { Length: > 0 } text
            ? text
            : $"Custom resource definition column (in JSONPath format): {column.Text("jsonPath")}";
        return new PrintColumn(
            column.Text("name"), type, column.Text("format"), description, (int)(column.Integer("priority") ?? 0),
            (obj, context) => path.TryFind(obj, out var value) ? CellOf(type, value, context) : null);
    }

    private static JsonNode? CellOf(string type, JsonNode? value, PrintContext context)
    {
        var kind = value?.GetValueKind();
        return type switch
        {
            "string" => TextOf(value),
            "integer" when JsonNumber.TryRead(value, out var number) => number.IsWhole ? number.Whole : (long)number.AsDouble,
            "number" when JsonNumber.TryRead(value, out var number) => number.AsDouble,
            "boolean" when kind is JsonValueKind.True or JsonValueKind.False => kind == JsonValueKind.True,
            "date" when kind == JsonValueKind.String => AgeOf((string)value!, context.Now),
            _ => null,
        };
    }

    // As Go prints it: texts bare, lists and maps as JSON with sorted keys.
    private static string TextOf(JsonNode? value) => value switch
    {
        null => "<no value>",
        JsonObject or JsonArray => Encoding.UTF8.GetString(CanonicalJson.Serialize(Sorted(value))),
        _ when JsonNumber.TryRead(value, out var number) && !number.IsWhole => GoFloat.ToText(number.AsDouble),
        _ => GoValueText.Of(value),
    };

    private static JsonNode? Sorted(JsonNode? value) => value switch
    {
        JsonObject obj => new JsonObject(obj.OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => KeyValuePair.Create(p.Key, Sorted(p.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => value?.DeepClone(),
    };

    private static string AgeOf(string timestamp, DateTimeOffset now)
    {
        if (timestamp.Length is 0 || timestamp == "null")
        {
            return "<unknown>";
        }

        return DateTimeOffset.TryParse(timestamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            && timestamp.Contains('T', StringComparison.Ordinal)
            ? DefaultPrintColumns.Duration(now - time)
            : "<invalid>";
    }
}
