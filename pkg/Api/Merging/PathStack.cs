using Kube1.Api.FieldSets;

namespace Kube1.Api.Merging;

/// <summary>The way from the root to where a walk is.</summary>
internal sealed class PathStack
{
    private PathElement[] _steps = new PathElement[16];
    private int _count;

    /// <summary>The steps so far.</summary>
    public ReadOnlySpan<PathElement> Steps => _steps.AsSpan(0, _count);

    /// <summary>One step down.</summary>
    public void Push(PathElement step)
    {
        if (_count == _steps.Length)
        {
            Array.Resize(ref _steps, _count * 2);
        }

        _steps[_count++] = step;
    }

    /// <summary>One step up.</summary>
    public void Pop() => _count--;

    /// <inheritdoc/>
    public override string ToString() => string.Concat(Steps.ToArray().Select(s => s.ToString()));
}
