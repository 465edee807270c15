using System.Globalization;
using System.Text;

namespace Kube1.ApiServer.Extensions.Schemas;

/// <summary>Where a walk through a value is. Its text is made only when something is wrong there.</summary>
internal sealed class ValuePath
{
    private const int NoIndex = -1;

    private (string? Name, int Index, bool IsOther)[] _steps = new (string?, int, bool)[16];
    private int _depth;

    /// <summary>Whether it is the value that the walk began with.</summary>
    public bool IsRoot => _depth == 0;

    /// <summary>Goes to a member; <paramref name="isOther"/> when no property is named so.</summary>
    public void Push(string name, bool isOther = false) => Add((name, NoIndex, isOther));

    /// <summary>Goes to an item.</summary>
    public void Push(int index) => Add((null, index, false));

    /// <summary>Goes to the next item.</summary>
    public void MoveTo(int index) => _steps[_depth - 1].Index = index;

    /// <summary>Goes back.</summary>
    public void Pop() => _depth--;

    /// <summary>"spec.items[0].name"; what no property names at the root begins with a dot, as upstream has it.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        for (var i = 0; i < _depth; i++)
        {
            var (name, index, isOther) = _steps[i];
            if (name is null)
            {
                text.Append(CultureInfo.InvariantCulture, $"[{index}]");
            }
            else
            {
                text.Append(text.Length > 0 || isOther ? "." : "").Append(name);
            }
        }

        return text.ToString();
    }

    private void Add((string?, int, bool) step)
    {
        if (_depth == _steps.Length)
        {
            Array.Resize(ref _steps, _depth * 2);
        }

        _steps[_depth++] = step;
    }
}
