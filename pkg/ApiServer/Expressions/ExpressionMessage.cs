using System.Text;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.ApiServer.Expressions;

/// <summary>Messages that expressions make.</summary>
internal static class ExpressionMessage
{
    /// <summary>The message; null when it is empty, too long, has line breaks or is no text.</summary>
    public static string? Of(in CelValue value)
    {
        if (value.Kind != CelKind.String)
        {
            return null;
        }

        var text = value.AsString.Trim();
        return text.Length == 0 || text.Contains('\n', StringComparison.Ordinal)
            || Encoding.UTF8.GetByteCount(text) > ExpressionLimits.MaxMessageBytes ? null : text;
    }
}
