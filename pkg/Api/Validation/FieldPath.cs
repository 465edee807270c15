using System.Globalization;
using System.Text;

namespace Kube1.Api.Validation;

/// <summary>
/// Where in an object a field is: "spec.containers[0].image". A path is a chain of steps and becomes text only when an
/// error is found, so that a sound object costs no texts.
/// </summary>
public sealed class FieldPath
{
    private const int NoIndex = -1;

    private readonly FieldPath? _parent;
    private readonly string? _name;
    private readonly string? _key;
    private readonly int _index;

    private FieldPath(FieldPath? parent, string? name, string? key, int index)
    {
        _parent = parent;
        _name = name;
        _key = key;
        _index = index;
    }

    /// <summary>No path at all, as upstream prints it: findings on an object as a whole.</summary>
    public static FieldPath None { get; } = new(null, "<nil>", null, NoIndex);

    /// <summary>A path of one or more names from the top of the object.</summary>
    public static FieldPath Of(params ReadOnlySpan<string> names) => Extend(null, names);

    /// <summary>A field below this one.</summary>
    public FieldPath Child(params ReadOnlySpan<string> names) => Extend(this, names);

    /// <summary>An item of this list.</summary>
    public FieldPath Index(int index) => new(this, null, null, index);

    /// <summary>An entry of this map.</summary>
    public FieldPath Key(string key) => new(this, null, key, NoIndex);

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        Append(text);
        return text.ToString();
    }

    private static FieldPath Extend(FieldPath? path, ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            path = new FieldPath(path, name, null, NoIndex);
        }

        return path!;
    }

    private void Append(StringBuilder text)
    {
        _parent?.Append(text);
        if (_name is not null)
        {
            if (_parent is not null)
            {
                text.Append('.');
            }

            text.Append(_name);
        }
        else
        {
            text.Append('[');
            _ = _key is null ? text.Append(CultureInfo.InvariantCulture, $"{_index}") : text.Append(_key);
            text.Append(']');
        }
    }
}
