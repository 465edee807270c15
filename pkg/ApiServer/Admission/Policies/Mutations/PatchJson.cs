using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Kube1.Api.Schema;
using Kube1.ApiServer.Expressions;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.ApiServer.Admission.Policies.Mutations;

/// <summary>
/// What expressions have made, as JSON. A value may hold another one many times over, at no cost to the expression, and that
/// in turn a third: what comes of it is bounded here.
/// </summary>
internal sealed class PatchJson
{
    // A double has all whole numbers up to here; JSON's readers elsewhere are safe with no more.
    private const long MaxSafeInteger = (1L << 53) - 1;

    // What a value costs beside its text: a comma or colon, quotation marks or brackets.
    private const int ValueBytes = 4;

    private const int MaxErrors = 100;

    private readonly bool _allowsAll;
    private readonly List<string> _misnamed = [];
    private long _bytesLeft = ExpressionLimits.MaxRequestBytes;

    /// <summary>
    /// Conversion of all values of one mutation. Those that JSON has no form for are written as text when
    /// <paramref name="allowsAll"/>, as upstream does in JSON patches; else they are errors.
    /// </summary>
    public PatchJson(bool allowsAll) => _allowsAll = allowsAll;

    /// <summary>
    /// A value as JSON. Throws <see cref="MutationException"/>: for one that has no form, one that is too large, and for an
    /// object whose type is not named after the fields that lead to it.
    /// </summary>
    public JsonNode? Of(in CelValue value)
    {
        var json = Convert(value, PathOf(value), 0);
        return _misnamed.Count == 0 ? json : throw new MutationException("type mismatch: " + string.Join('\n', _misnamed));
    }

    // Only from an object on do names count; lists and maps between objects have none.
    private static string? PathOf(in CelValue value) =>
        value.Kind == CelKind.Object && value.AsObject is PatchObject { Type.Name: var name } ? name : null;

    private JsonNode? Convert(in CelValue value, string? path, int depth)
    {
        if (depth > ObjectDecoder.MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new MutationException("exceeded max depth");
        }

        Pay(ValueBytes);
        return value.Kind switch
        {
            CelKind.Null => null,
            CelKind.Bool => JsonValue.Create(value.AsBool),
            CelKind.String => Text(value.AsString),
            CelKind.Int => Integer(value.AsInt),
            CelKind.Uint => Integer(value.AsUint),
            CelKind.Double when double.IsFinite(value.AsDouble) => JsonValue.Create(value.AsDouble),
            CelKind.List => ConvertList(value.AsList, path, depth),
            CelKind.Map => ConvertMap(value.AsMap, path, depth),
            CelKind.Object when value.AsObject is PatchObject obj => ConvertObject(obj, path, depth),
            CelKind.Bytes when _allowsAll => Text(System.Convert.ToBase64String(value.AsBytes)),
            CelKind.Timestamp or CelKind.Duration when _allowsAll => Text(value.ToString()),
            _ => throw Unconvertible(value),
        };
    }

    private JsonArray ConvertList(CelList list, string? path, int depth)
    {
        var items = new JsonArray();
        for (var i = 0; i < list.Count; i++)
        {
            items.Add(Convert(list[i], path, depth + 1));
        }

        return items;
    }

    private JsonObject ConvertMap(CelMap map, string? path, int depth)
    {
        var members = new JsonObject();
        for (var i = 0; i < map.Count; i++)
        {
            var key = map.KeyAt(i);
            if (key.Kind != CelKind.String)
            {
                throw Unconvertible(key);
            }

            Pay(key.AsString.Length);
            members[key.AsString] = Convert(map.ValueAt(i), path, depth + 1);
        }

        return members;
    }

    private JsonObject ConvertObject(PatchObject obj, string? path, int depth)
    {
        if (path is not null && obj.Type.Name != path && _misnamed.Count < MaxErrors)
        {
            _misnamed.Add(
                $"unexpected type name \"{obj.Type.Name}\", expected \"{path}\", which matches field name path from root "
                + "Object type");
        }

        var members = new JsonObject();
        foreach (var (name, value) in obj.Fields)
        {
            Pay(name.Length);
            members[name] = Convert(value, path is null ? null : $"{path}.{name}", depth + 1);
        }

        return members;
    }

    private JsonValue Integer(long value) => _allowsAll && Math.Abs((double)value) > MaxSafeInteger
        ? Text(CelValue.Of(value).ToString()) : JsonValue.Create(value);

    private JsonValue Integer(ulong value) => _allowsAll && value > MaxSafeInteger
        ? Text(CelValue.Of(value).ToString()) : JsonValue.Create(value);

    private JsonValue Text(string text)
    {
        Pay(text.Length);
        return JsonValue.Create(text);
    }

    private void Pay(int bytes)
    {
        _bytesLeft -= bytes;
        if (_bytesLeft < 0)
        {
            throw new MutationException($"the expression's result is larger than {ExpressionLimits.MaxRequestBytes} bytes");
        }
    }

    private MutationException Unconvertible(in CelValue value) => new(_allowsAll
        ? "JSONPath valueExpression evaluated to a type that could not marshal to JSON: unsupported type conversion from "
            + $"'{value.Type.Name}'"
        : $"invalid return type: {value.Type.Name}");
}
