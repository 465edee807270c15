using Kube1.Cel;
using Kube1.Cel.Types;

namespace Kube1.ApiServer.Admission.Policies;

/// <summary>One expression of a policy or of match conditions, ready for use.</summary>
/// <param name="Source">As it is written.</param>
/// <param name="Program">Null when there is an error.</param>
/// <param name="Error">What is wrong with it, in upstream's words; null for nothing.</param>
internal sealed record PolicyExpression(string Source, CelProgram? Program, string? Error)
{
    /// <summary>Compiles an expression that must give one of these types; any, when none are named.</summary>
    public static PolicyExpression Compile(
        CelEnvironment environment, string source, params ReadOnlySpan<CelType> results)
    {
        var compiled = environment.Compile(source);
        if (!compiled.Issues.IsEmpty)
        {
            return new PolicyExpression(source, null, "compilation failed: " + compiled.Text);
        }

        if (compiled.Program is not { } program)
        {
            return new PolicyExpression(source, null, "program instantiation failed: " + compiled.ProgramError);
        }

        if (results.IsEmpty || results.Contains(program.ResultType))
        {
            return new PolicyExpression(source, program, null);
        }

        var names = results.ToArray().Select(NameOf).ToList();
        var wanted = names.Count == 1 ? names[0] : $"one of [{string.Join(' ', names)}]";
        return new PolicyExpression(source, null, $"must evaluate to {wanted} but got {NameOf(program.ResultType)}");
    }

    // Here upstream names types as they are declared: null_type.
    private static string NameOf(CelType type) => type.Parameters.IsEmpty ? type.Name : type.ToString();
}
