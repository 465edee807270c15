using System.Collections;
using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Kube1.Api.Json;

namespace Kube1.Api.Models;

/// <summary>
/// Makes typed views of JSON trees, node by node. The serializer would write a tree as text only to read that text again;
/// this follows the same contracts (<see cref="JsonTypeInfo"/>) without it. What is not plainly of its type still goes
/// through the serializer, so that both take and refuse the same.
/// </summary>
internal abstract class TreeShape
{
    private static readonly ConcurrentDictionary<Type, TreeShape> Shapes = new();

    private static readonly object? True = true;
    private static readonly object? False = false;

    private readonly JsonTypeInfo _type;

    private TreeShape(JsonTypeInfo type) => _type = type;

    /// <summary>Whether a null can be such a value.</summary>
    private bool TakesNull => !_type.Type.IsValueType || Nullable.GetUnderlyingType(_type.Type) is not null;

    /// <summary>The shape of a type that has a contract.</summary>
    public static TreeShape Of(JsonTypeInfo type) => Shapes.GetOrAdd(type.Type, static (_, info) => Make(info), type);

    /// <summary>A node as such a value, boxed. Throws <see cref="JsonException"/> when it is none.</summary>
    public object? Read(JsonNode? node) => TryRead(node, out var value) ? value : node.Deserialize(_type);

    /// <summary>False when the serializer has to say what becomes of it.</summary>
    protected abstract bool TryRead(JsonNode? node, out object? value);

    private static TreeShape Make(JsonTypeInfo type) => type.Kind switch
    {
        JsonTypeInfoKind.Object => new Members(type),
        JsonTypeInfoKind.Enumerable when type.CreateObject?.Invoke() is IList => new Items(type),
        JsonTypeInfoKind.Dictionary when type.KeyType == typeof(string) => new Entries(type),
        _ => new Scalar(type, ScalarReader(Nullable.GetUnderlyingType(type.Type) ?? type.Type)),
    };

    private static Func<JsonValue, object?> ScalarReader(Type type) =>
        type == typeof(string) ? Text
        : type == typeof(bool) ? Flag
        : type == typeof(int) ? Narrow
        : type == typeof(long) ? static value => value.AsLong()
        : type == typeof(ResourceQuantity) ? Amount
        : type == typeof(IntOrString) ? Either
        : static _ => null;

    // Null for a value that is not plainly of the type.
    private static string? Text(JsonValue value) => value.TryGetValue<string>(out var text) ? text : null;

    private static object? Flag(JsonValue value) => !value.TryGetValue<bool>(out var flag) ? null : flag ? True : False;

    private static object? Narrow(JsonValue value) =>
        value.AsLong() is >= int.MinValue and <= int.MaxValue and var number ? (int)number : null;

    private static object? Amount(JsonValue value) => ResourceQuantity.TryParse(Text(value), out var amount) ? amount : null;

    private static object? Either(JsonValue value) => Text(value) is { } text
        ? (object)(IntOrString)text
        : Narrow(value) is int number ? (object)(IntOrString)number : null;

    private sealed class Scalar(JsonTypeInfo type, Func<JsonValue, object?> read) : TreeShape(type)
    {
        protected override bool TryRead(JsonNode? node, out object? value)
        {
            value = node is JsonValue scalar ? read(scalar) : null;
            return value is not null;
        }
    }

    private sealed class Members(JsonTypeInfo type) : TreeShape(type)
    {
        private readonly Dictionary<string, Member> _members = type.Properties
            .Where(property => property.Set is not null)
            .ToDictionary(property => property.Name, property => new Member(property), StringComparer.Ordinal);

        protected override bool TryRead(JsonNode? node, out object? value)
        {
            value = null;
            if (node is not JsonObject obj)
            {
                return false;
            }

            value = _type.CreateObject!();
            for (var i = 0; i < obj.Count; i++)
            {
                var (name, member) = obj.GetAt(i);
                if (_members.TryGetValue(name, out var known))
                {
                    known.Read(value, member);
                }
            }

            return true;
        }
    }

    private sealed class Member(JsonPropertyInfo property)
    {
        private readonly Action<object, object?> _set = property.Set!;

        // Types contain themselves: looked up when the first one comes by. A member's own converter is only ever that of
        // MicroTime, which reads what that of Time reads.
        private TreeShape Shape => field ??= Of(property.Options.GetTypeInfo(property.PropertyType));

        public void Read(object owner, JsonNode? node) =>
            _set(owner, node is null && Shape.TakesNull ? null : Shape.Read(node));
    }

    private sealed class Items(JsonTypeInfo type) : TreeShape(type)
    {
        private readonly TreeShape _element = Of(type.Options.GetTypeInfo(type.ElementType!));

        protected override bool TryRead(JsonNode? node, out object? value)
        {
            value = null;
            if (node is not JsonArray array)
            {
                return false;
            }

            var list = (IList)_type.CreateObject!();
            for (var i = 0; i < array.Count; i++)
            {
                var item = array[i];
                list.Add(item is null && _element.TakesNull ? null : _element.Read(item));
            }

            value = list;
            return true;
        }
    }

    private sealed class Entries(JsonTypeInfo type) : TreeShape(type)
    {
        private readonly TreeShape _element = Of(type.Options.GetTypeInfo(type.ElementType!));

        protected override bool TryRead(JsonNode? node, out object? value)
        {
            value = null;
            if (node is not JsonObject obj)
            {
                return false;
            }

            var map = (IDictionary)_type.CreateObject!();
            for (var i = 0; i < obj.Count; i++)
            {
                var (key, entry) = obj.GetAt(i);
                map[key] = entry is null && _element.TakesNull ? null : _element.Read(entry);
            }

            value = map;
            return true;
        }
    }
}
