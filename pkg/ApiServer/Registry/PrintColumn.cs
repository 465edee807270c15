using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Registry;

/// <summary>What cells may depend on besides the object.</summary>
public sealed record PrintContext(DateTimeOffset Now);

/// <summary>
/// A column of a Table (metav1.TableColumnDefinition): type is string, integer, number, boolean or date; priority 0 is
/// always shown, higher only in wide output.
/// </summary>
public sealed record PrintColumn(
    string Name, string Type, string Format, string Description, int Priority,
    Func<JsonObject, PrintContext, JsonNode?> Cell);
