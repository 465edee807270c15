using System.Globalization;
using System.Text;

namespace Kube1.Api.Validation;

/// <summary>
/// Where in an object a field is: "spec.containers[0].image". A path is a chain of steps and becomes text only when an
/// error is found, so that a sound object costs no texts.
/// </summary>
public sealed class FieldPath
{
    // Instead of an index. Sound objects make hundreds of steps, so that their size is what they cost.
    private const int IsName = -1;
    private const int IsKey = -2;

    private readonly FieldPath? _parent;
    private readonly string? _text;
    private readonly int _index;

    private FieldPath(FieldPath? parent, string? text, int index)
    {
        _parent = parent;
        _text = text;
        _index = index;
    }

    /// <summary>No path at all, as upstream prints it: findings on an object as a whole.</summary>
    public static FieldPath None { get; } = new(null, "<nil>", IsName);

    /// <summary>A path of one or more names from the top of the object.</summary>
    public static FieldPath Of(params ReadOnlySpan<string> names) => Extend(null, names);

    /// <summary>A field below this one.</summary>
    public FieldPath Child(string name) => new(this, name, IsName);

    /// <summary>A field some steps below this one.</summary>
    public FieldPath Child(params ReadOnlySpan<string> names) => Extend(this, names);

    /// <summary>An item of this list.</summary>
    public FieldPath Index(int index) => new(this, null, index);

    /// <summary>An entry of this map.</summary>
    public FieldPath Key(string key) => new(this, key, IsKey);

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
            path = new FieldPath(path, name, IsName);
        }

        return path!;
    }

    private void Append(StringBuilder text)
    {
        _parent?.Append(text);
        if (_index == IsName)
        {
            if (_parent is not null)
            {
                text.Append('.');
            }

            text.Append(_text);
        }
        else
        {
            text.Append('[');
            _ = _index == IsKey ? text.Append(_text) : text.Append(CultureInfo.InvariantCulture, $"{_index}");
            text.Append(']');
        }
    }
}
