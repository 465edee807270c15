using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Cel.Types;

namespace Kube1.Cel.Values;

/// <summary>
/// JSON without a schema as values: objects and arrays are views that adapt a member when it is read; whole numbers are
/// ints, others doubles. This is how <c>dyn</c> variables are given; views through a schema derive from
/// <see cref="CelMap"/> and <see cref="CelList"/> in the same way.
/// </summary>
public static class JsonViews
{
    public static CelValue Of(JsonNode? node) => node switch
    {
        null => CelValue.Null,
        JsonObject members => CelValue.Of(new JsonMap(members)),
        JsonArray items => CelValue.Of(new JsonList(items)),
        _ => Scalar(node.AsValue()),
    };

    private static CelValue Scalar(JsonValue value) => value.GetValueKind() switch
    {
        JsonValueKind.True => CelValue.True,
        JsonValueKind.False => CelValue.False,
        JsonValueKind.String => CelValue.Of(value.GetValue<string>()),
        JsonValueKind.Number => Number(value),
        _ => CelValue.Null,
    };

    private static CelValue Number(JsonValue value) =>
        value.TryGetValue<long>(out var whole) ? CelValue.Of(whole)
        : value.TryGetValue<int>(out var small) ? CelValue.Of((long)small)
        : value.TryGetValue<double>(out var number) ? CelValue.Of(number)
        : OfText(value.ToJsonString());

    // Nodes that were not read but made hold whatever type of number they were made of.
    private static CelValue OfText(string number) =>
        long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
            ? CelValue.Of(whole) : CelValue.Of(double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture));

    private sealed class JsonList(JsonArray items) : CelList
    {
        public override int Count => items.Count;

        public override CelValue this[int index] => Of(items[index]);
    }

    private sealed class JsonMap(JsonObject members) : CelMap
    {
        public override int Count => members.Count;

        public override bool TryGet(in CelValue key, out CelValue value)
        {
            value = default;
            if (key.Kind != CelKind.String || !members.TryGetPropertyValue(key.AsString, out var member))
            {
                return false;
            }

            value = Of(member);
            return true;
        }

        public override bool Has(in CelValue key) => key.Kind == CelKind.String && members.ContainsKey(key.AsString);

        public override CelValue KeyAt(int index) => CelValue.Of(members.GetAt(index).Key);

        public override CelValue ValueAt(int index) => Of(members.GetAt(index).Value);
    }
}
