using Kube1.Api.Json;
using System.Globalization;
using System.Text;

namespace Kube1.Api.FieldSets;

/// <summary>One key field of an item of a list: its name and value.</summary>
internal readonly record struct KeyField(string Name, FieldScalar Value);

/// <summary>
/// One step of a field path: a field by name, an item of a keyed list by its keys, a member of a set by its value, or
/// an item by its index. Steps have one order: fields, keys, values, indexes (structured-merge-diff/fieldpath).
/// </summary>
public sealed class PathElement : IEquatable<PathElement>, IComparable<PathElement>
{
    private readonly Form _form;
    private readonly string _name;
    private readonly KeyField[] _key;
    private readonly FieldScalar _value;
    private readonly int _index;
    private int _hash;

    private PathElement(Form form, string name = "", KeyField[]? key = null, FieldScalar value = default, int index = 0)
    {
        _form = form;
        _name = name;
        _key = key ?? [];
        _value = value;
        _index = index;
    }

    // In the order of steps of different forms.
    private enum Form
    {
        Field,
        Key,
        Value,
        Index,
    }

    /// <summary>The name of a field; null for the other forms.</summary>
    public string? FieldName => _form == Form.Field ? _name : null;

    /// <summary>Whether it names an item by its keys.</summary>
    public bool IsKey => _form == Form.Key;

    /// <summary>As it stands in a FieldsV1: `f:spec`, `k:{"name":"c"}`, `v:"x"`, `i:0`.</summary>
    public string Text { get => field ??= MakeText(); private init; }

    /// <summary>A field or an entry of a map.</summary>
    public static PathElement OfField(string name) => new(Form.Field, name);

    /// <summary>The same where its text is at hand: "f:" and the name.</summary>
    internal static PathElement OfFieldText(string text) => new(Form.Field, text[2..]) { Text = text };

    /// <summary>An item of a keyed list; the fields are sorted in place.</summary>
    internal static PathElement OfKey(KeyField[] fields)
    {
        Array.Sort(fields, static (a, b) => Utf8Order.Compare(a.Name, b.Name));
        return new PathElement(Form.Key, key: fields);
    }

    /// <summary>A member of a set.</summary>
    internal static PathElement OfValue(FieldScalar value) => new(Form.Value, value: value);

    /// <summary>An item by its place.</summary>
    internal static PathElement OfIndex(int index) => new(Form.Index, index: index);

    /// <inheritdoc/>
    public int CompareTo(PathElement? other)
    {
        if (other is null)
        {
            return 1;
        }

        if (_form != other._form)
        {
            return _form.CompareTo(other._form);
        }

        return _form switch
        {
            Form.Field => Utf8Order.Compare(_name, other._name),
            Form.Key => CompareKeys(_key, other._key),
            Form.Value => _value.CompareTo(other._value),
            _ => _index.CompareTo(other._index),
        };
    }

    /// <inheritdoc/>
    public bool Equals(PathElement? other) => ReferenceEquals(this, other)
        || (other is not null && GetHashCode() == other.GetHashCode() && CompareTo(other) == 0);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PathElement);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash != 0 ? _hash : _hash = MakeHash() | 1;

    /// <summary>As error texts show it: `.spec`, `[name="c"]`, `[="x"]`, `[0]`.</summary>
    public override string ToString() => _form switch
    {
        Form.Field => "." + _name,
        Form.Key => "[" + string.Join(',', _key.Select(f => $"{f.Name}={f.Value}")) + "]",
        Form.Value => $"[={_value}]",
        _ => $"[{_index.ToString(CultureInfo.InvariantCulture)}]",
    };

    private static int CompareKeys(KeyField[] left, KeyField[] right)
    {
        for (var i = 0; i < left.Length && i < right.Length; i++)
        {
            var order = Utf8Order.Compare(left[i].Name, right[i].Name);
            order = order == 0 ? left[i].Value.CompareTo(right[i].Value) : order;
            if (order != 0)
            {
                return order;
            }
        }

        return left.Length.CompareTo(right.Length);
    }

    private int MakeHash()
    {
        switch (_form)
        {
            case Form.Field:
                return string.GetHashCode(_name, StringComparison.Ordinal);
            case Form.Key:
                var hash = 1;
                foreach (ref readonly var field in _key.AsSpan())
                {
                    hash = HashCode.Combine(hash, field.Value);
                }

                return hash;
            case Form.Value:
                return _value.GetHashCode();
            default:
                return _index;
        }
    }

    private string MakeText()
    {
        if (_form == Form.Field)
        {
            return "f:" + _name;
        }

        var text = new StringBuilder();
        switch (_form)
        {
            case Form.Key:
                text.Append("k:{");
                for (var i = 0; i < _key.Length; i++)
                {
                    text.Append(i > 0 ? "," : "");
                    GoText.AppendJson(text, _key[i].Name);
                    text.Append(':');
                    _key[i].Value.AppendJson(text);
                }

                text.Append('}');
                break;
            case Form.Value:
                text.Append("v:");
                _value.AppendJson(text);
                break;
            default:
                text.Append("i:").Append(_index);
                break;
        }

        return text.ToString();
    }
}
